/** Which WebAssembly build runs here: finds, compiles and tests the modules. Node only. */
import { setFlagsFromString } from 'node:v8';
import { MobileNetEdgeError } from '../../base/errors';
import { requireWebAssembly } from '../../base/web_assembly';
import { fusesMultiplyAdd, isWasmIsa, WASM_BUILDS, type WasmIsa, type WasmModuleName } from '../../engines/wasm_probe';
import { environmentVariable } from '../environment';
import { readWasm } from '../package_files';

export type { WasmIsa } from '../../engines/wasm_probe';

export interface WasmBuild {
  isa: WasmIsa;
  module: WebAssembly.Module;
}

const builds = new Map<WasmIsa, Promise<WasmBuild | undefined>>();
const threadsModules = new Map<WasmIsa, Promise<WebAssembly.Module | undefined>>();

/** What was made before for this instruction set, so that modules are compiled once a process. A failure is tried again. */
function once<Made>(known: Map<WasmIsa, Promise<Made>>, isa: WasmIsa, make: (isa: WasmIsa) => Promise<Made>) {
  const before = known.get(isa);
  if (before) return before;
  const made = make(isa);
  known.set(isa, made);
  made.catch(() => known.delete(isa));
  return made;
}

/** The build of an instruction set, or undefined where it cannot run or computes wrongly. */
async function makeBuild(isa: WasmIsa): Promise<WasmBuild | undefined> {
  const module = await compile(isa, isa);
  if (!module || (isa === 'relaxed-simd' && !fusesMultiplyAdd(module))) return undefined;
  return { isa, module };
}

/** The module, or undefined where it cannot run. */
async function compile(isa: WasmIsa, name: WasmModuleName): Promise<WebAssembly.Module | undefined> {
  const bytes = await readWasm(name);
  // Node 20 and 21 have relaxed SIMD behind a flag. Later versions reject the flag.
  if (isa === 'relaxed-simd' && Number.parseInt(process.versions.node, 10) < 22) return compileWithFlag(bytes);
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;
}

/** Each takes a millisecond. */
const ATTEMPTS = 20;

/**
 * A module needs the flag only while it is compiled. It is of the whole process and would slow the start of every
 * worker, so it is taken back at once; then another thread that compiles just now misses it, and must try again.
 */
function compileWithFlag(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    setFlagsFromString('--experimental-wasm-relaxed-simd');
    try {
      if (WebAssembly.validate(bytes)) return new WebAssembly.Module(bytes);
    } catch (error) {
      if ((error as Error).name !== 'CompileError') throw error;
    } finally {
      setFlagsFromString('--no-experimental-wasm-relaxed-simd');
    }
  }
  return undefined;
}

const build = (isa: WasmIsa): Promise<WasmBuild | undefined> => once(builds, isa, makeBuild);

/** The module for several threads, of an instruction set whose build runs here. Throws BACKEND_UNAVAILABLE. */
export async function threadsModule(isa: WasmIsa): Promise<WebAssembly.Module> {
  const module = await once(threadsModules, isa, (which) => compile(which, `${which}.threads`));
  if (module) return module;
  throw new MobileNetEdgeError(
    'BACKEND_UNAVAILABLE',
    'WebAssembly cannot run on several threads here: load the model with `threads: 1`',
  );
}

/**
 * The build to use: `requested` (an option), else MOBILENET_EDGE_ISA where it names a WebAssembly instruction set
 * (it may name a native one, which does not concern this engine), else the best that works here.
 * Throws BACKEND_UNAVAILABLE.
 */
export async function chooseBuild(requested: string | undefined): Promise<WasmBuild> {
  requireWebAssembly();
  const fromEnvironment = environmentVariable('MOBILENET_EDGE_ISA');
  const wanted = requested ?? (isWasmIsa(fromEnvironment) ? fromEnvironment : undefined);
  for (const isa of WASM_BUILDS) {
    const chosen = wanted === undefined || wanted === isa ? await build(isa) : undefined;
    if (chosen) return chosen;
  }
  const existing = (await Promise.all(WASM_BUILDS.map(build))).flatMap((found) => (found ? [found.isa] : []));
  const expected = existing.length > 0 ? `one of ${existing.join(', ')}` : 'WebAssembly SIMD, which this machine lacks';
  throw new MobileNetEdgeError(
    'BACKEND_UNAVAILABLE',
    `Expected ${expected} as the wasm instruction set${wanted === undefined ? '' : ` but received '${wanted}'`}: ` +
      (existing.length > 0 ? 'choose one of these or leave it out' : 'use the native backend'),
  );
}
