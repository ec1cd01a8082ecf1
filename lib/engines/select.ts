/** Which engine runs a model: the native addon where it loads, else WebAssembly. */
import { MobileNetEdgeError } from '../errors';
import type { Backend, Engine, EngineOptions } from './engine';
import { loadNativeEngine } from './native';
import { loadWasmEngine } from './wasm';

export interface SelectedEngine {
  engine: Engine;
  /** With backend 'auto': why the native engine could not be used. */
  fallbackReason?: string;
}

const WASM_ISAS = ['simd128', 'relaxed-simd'];

/** Throws BACKEND_UNAVAILABLE, or INVALID_ARGUMENT for an unknown backend. */
export async function selectEngine(backend: Backend | 'auto', options: EngineOptions): Promise<SelectedEngine> {
  switch (backend) {
    case 'native':
      return { engine: loadNativeEngine(options) };
    case 'wasm':
      return { engine: await loadWasmEngine(options) };
    case 'auto':
      return selectAutomatically(options);
    default:
      throw new MobileNetEdgeError(
        'INVALID_ARGUMENT',
        `Expected backend to be 'auto', 'native' or 'wasm' but received ${JSON.stringify(backend)}`,
      );
  }
}

async function selectAutomatically(options: EngineOptions): Promise<SelectedEngine> {
  // An instruction set named by the caller names its engine too.
  if (options.isa !== undefined) {
    return { engine: WASM_ISAS.includes(options.isa) ? await loadWasmEngine(options) : loadNativeEngine(options) };
  }
  try {
    return { engine: loadNativeEngine(options) };
  } catch (error) {
    if (!(error instanceof MobileNetEdgeError) || error.code !== 'BACKEND_UNAVAILABLE') throw error;
    return { engine: await loadWasmEngine(options), fallbackReason: error.message };
  }
}
