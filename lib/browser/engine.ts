/** The WebAssembly engine in the thread that calls it: a worker, or the page where that is asked for. */
import { bytesOf } from '../bytes';
import type { Engine, Session } from '../engines/engine';
import { WASM_GEOMETRY } from '../engines/wasm_geometry';
import { fusesMultiplyAdd, isWasmIsa, WASM_BUILDS, type WasmIsa } from '../engines/wasm_probe';
import { WasmProgram } from '../engines/wasm_program';
import { MobileNetEdgeError } from '../errors';
import { nextTask } from '../next_task';
import type { Program } from '../program/program';
import { fetchBytes } from './fetch_bytes';
import type { WasmFiles } from './protocol';

/** A module with one f32x4.relaxed_madd: tells whether the build for relaxed SIMD is worth fetching. */
// biome-ignore format: a section a line
const RELAXED_MADD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0,
  1, 8, 1, 96, 3, 123, 123, 123, 1, 123,
  3, 2, 1, 0,
  10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11,
]);

function unavailable(message: string, cause?: unknown): MobileNetEdgeError {
  return new MobileNetEdgeError('BACKEND_UNAVAILABLE', message, { cause });
}

/** The best build that works here, or the one that `isa` names. Rejects with BACKEND_UNAVAILABLE. */
export async function loadBrowserEngine(files: WasmFiles, isa?: string): Promise<Engine> {
  if (isa !== undefined && !isWasmIsa(isa)) {
    throw unavailable(`Expected isa to be one of ${WASM_BUILDS.join(', ')} in a browser but received '${isa}'`);
  }
  for (const build of WASM_BUILDS) {
    if ((isa !== undefined && build !== isa) || files[build] === undefined) continue;
    const module = await compileBuild(build, files);
    if (module) return engineOf(build, module);
  }
  throw unavailable(
    isa === undefined
      ? 'Expected a browser with WebAssembly SIMD but this one lacks it'
      : `Expected a browser that runs the ${isa} build but it cannot, or wasmBinary lacks it`,
  );
}

/** Undefined where the build cannot run or computes wrongly. */
async function compileBuild(isa: WasmIsa, files: WasmFiles): Promise<WebAssembly.Module | undefined> {
  if (isa === 'relaxed-simd' && !WebAssembly.validate(RELAXED_MADD)) return undefined;
  const place = files[isa]!;
  const bytes = (
    typeof place === 'string'
      ? await fetchBytes(place, {
          failure: (problem, cause) =>
            unavailable(`${problem}: serve the .wasm files, or give wasmUrl or wasmBinary`, cause),
        })
      : bytesOf(place)
  ) as Uint8Array<ArrayBuffer>;
  // Pages that a server sends for every path are no modules: that is not a browser's lack.
  if (String.fromCharCode(...bytes.subarray(1, 4)) !== 'asm') {
    throw unavailable(
      `Expected a WebAssembly module${typeof place === 'string' ? ` at ${place}` : ''} but received something else`,
    );
  }
  if (!WebAssembly.validate(bytes)) return undefined;
  const module = await WebAssembly.compile(bytes).catch((cause) => {
    throw unavailable(`WebAssembly is refused here (${cause.message}): allow 'wasm-unsafe-eval' in script-src`, cause);
  });
  return isa === 'simd128' || fusesMultiplyAdd(module) ? module : undefined;
}

function engineOf(isa: WasmIsa, module: WebAssembly.Module): Engine {
  return {
    backend: 'wasm',
    isa,
    geometry: WASM_GEOMETRY,
    defaultThreads: 1,
    maxThreads: 1,
    load: async (program) => sessionOf(module, program),
  };
}

function sessionOf(module: WebAssembly.Module, program: Program): Session {
  let running: WasmProgram | undefined = new WasmProgram(module, program);
  const open = (): WasmProgram => {
    if (running) return running;
    throw new MobileNetEdgeError('MODEL_CLOSED', 'The session is closed: load the model again');
  };
  return {
    run: async (input, port) => {
      // An inference keeps its thread busy: between two of them messages come in, an abort among them.
      await nextTask();
      return open().run(input, port);
    },
    readMemory: async () => open().readMemory(),
    writeMemory: async (bytes) => open().writeMemory(bytes),
    close: async () => {
      running = undefined;
    },
  };
}
