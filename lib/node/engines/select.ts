/** Which engine runs a model: the native addon where it loads, else WebAssembly. */
import { MobileNetEdgeError } from '../../base/errors';
import { type Backend, type Engine, type EngineOptions, WASM_ISAS } from '../../engines/engine';
import { NATIVE_ISAS } from '../../engines/isas';
import { environmentVariable } from '../environment';
import { loadNativeEngine } from './native';

export interface SelectedEngine {
  engine: Engine;
  /** With backend 'auto': why the native engine could not be used. */
  fallbackReason?: string;
}

/** MOBILENET_EDGE_ISA. Throws INVALID_ARGUMENT for a name that no engine has: a typing error must not choose an engine. */
function isaOfEnvironment(): string | undefined {
  const isa = environmentVariable('MOBILENET_EDGE_ISA');
  if (isa === undefined || NATIVE_ISAS.includes(isa) || WASM_ISAS.includes(isa)) return isa;
  throw new MobileNetEdgeError(
    'INVALID_ARGUMENT',
    `Expected the environment variable MOBILENET_EDGE_ISA to be one of ${[...NATIVE_ISAS, ...WASM_ISAS].join(', ')} but received '${isa}'`,
  );
}

/** Imported lazily to save memory. */
async function wasmEngine(options: EngineOptions): Promise<Engine> {
  return (await import('./wasm.js')).loadWasmEngine(options);
}

/** Throws BACKEND_UNAVAILABLE, or INVALID_ARGUMENT for an unknown backend. */
export async function selectEngine(backend: Backend | 'auto', options: EngineOptions): Promise<SelectedEngine> {
  const isa = options.isa ?? isaOfEnvironment();
  switch (backend) {
    case 'native':
      return { engine: loadNativeEngine(options) };
    case 'wasm':
      return { engine: await wasmEngine(options) };
    case 'auto':
      return selectAutomatically(isa);
    default:
      throw new MobileNetEdgeError(
        'INVALID_ARGUMENT',
        `Expected backend to be 'auto', 'native' or 'wasm' but received ${JSON.stringify(backend)}`,
      );
  }
}

async function selectAutomatically(isa: string | undefined): Promise<SelectedEngine> {
  // An instruction set that is named names its engine too.
  if (isa !== undefined) {
    return { engine: WASM_ISAS.includes(isa) ? await wasmEngine({ isa }) : loadNativeEngine({ isa }) };
  }
  try {
    return { engine: loadNativeEngine() };
  } catch (error) {
    if (!(error instanceof MobileNetEdgeError) || error.code !== 'BACKEND_UNAVAILABLE') throw error;
    const engine = await wasmEngine({});
    warnOfFallback(error.message);
    return { engine, fallbackReason: error.message };
  }
}

let warned = false;

/** Once, for a program may load many models; `backend: 'wasm'` is the way to want this and hear nothing. */
function warnOfFallback(reason: string): void {
  if (warned) return;
  warned = true;
  process.emitWarning(`WebAssembly is used, which is slower than native code. ${reason}`, {
    type: 'MobileNetEdgeWarning',
    code: 'MOBILENET_EDGE_FALLBACK',
  });
}
