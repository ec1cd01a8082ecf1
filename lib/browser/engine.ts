/** The WebAssembly engine in the thread that calls it: a worker, or the page where that is asked for. */
import { bytesOf, tagOf } from '../base/bytes';
import { MobileNetEdgeError } from '../base/errors';
import { requireWebAssembly } from '../base/web_assembly';
import type { Engine } from '../engines/engine';
import { WASM_GEOMETRY } from '../engines/wasm_geometry';
import { fusesMultiplyAdd, isWasmIsa, WASM_BUILDS, type WasmIsa, type WasmModuleName } from '../engines/wasm_probe';
import type { Program } from '../program/program';
import { fetchBytes } from './fetch_bytes';
import type { WasmFiles } from './protocol';
import { openSession, type StartAssistants } from './session';

/** A module with one f32x4.relaxed_madd: tells whether the build for relaxed SIMD is worth fetching. */
// biome-ignore format: a section a line
const RELAXED_MADD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0,
  1, 8, 1, 96, 3, 123, 123, 123, 1, 123,
  3, 2, 1, 0,
  10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11,
]);

/** Ours have some tens of kilobytes. */
const LARGEST_MODULE = 1 << 24;

function unavailable(message: string, cause?: unknown): MobileNetEdgeError {
  return new MobileNetEdgeError('BACKEND_UNAVAILABLE', message, { cause });
}

export interface BrowserEngineOptions {
  isa?: string;
  /** An upper bound. */
  threads?: number;
  /** Absent where no thread may wait for another: on a page's main thread. */
  startAssistants?: StartAssistants;
}

/**
 * The best build that works here, or the one that `isa` names: on several threads where memory can be shared and there is
 * a module for that. Rejects with BACKEND_UNAVAILABLE.
 */
export async function loadBrowserEngine(files: WasmFiles, options: BrowserEngineOptions): Promise<Engine> {
  const { isa, startAssistants } = options;
  if (isa !== undefined && !isWasmIsa(isa)) {
    throw unavailable(`Expected isa to be one of ${WASM_BUILDS.join(', ')} in a browser but received '${isa}'`);
  }
  requireWebAssembly();
  const maxThreads = globalThis.crossOriginIsolated && startAssistants ? (options.threads ?? defaultThreads()) : 1;
  for (const build of isa === undefined ? WASM_BUILDS : [isa]) {
    for (const threads of maxThreads > 1 ? [maxThreads, 1] : [1]) {
      const name: WasmModuleName = threads > 1 ? `${build}.threads` : build;
      const module = files[name] === undefined ? undefined : await compileModule(name, build, files);
      if (module) {
        return {
          backend: 'wasm',
          isa: build,
          geometry: WASM_GEOMETRY,
          defaultThreads: threads,
          maxThreads: threads,
          load: (program: Program, count = 1) => openSession(module, program, count, startAssistants),
        };
      }
    }
  }
  throw unavailable(
    isa === undefined
      ? 'Expected a browser with WebAssembly SIMD but this one lacks it, or wasmBinary lacks a build for one thread'
      : `Expected a browser that runs the ${isa} build but it cannot, or wasmBinary lacks it`,
  );
}

/** More than 4 gain little on networks this small, and of many processors half may be hyperthreads or small cores. */
function defaultThreads(): number {
  const processors = navigator.hardwareConcurrency ?? 1;
  return Math.min(processors, Math.max(2, processors >> 1), 4);
}

/** Undefined where the build cannot run or computes wrongly. */
async function compileModule(
  name: WasmModuleName,
  isa: WasmIsa,
  files: WasmFiles,
): Promise<WebAssembly.Module | undefined> {
  const place = files[name]!;
  const module = isModule(place) ? place : await compile(place, isa);
  return module && (isa === 'simd128' || fusesMultiplyAdd(module, name !== isa)) ? module : undefined;
}

function isModule(place: WasmFiles[WasmModuleName]): place is WebAssembly.Module {
  return tagOf(place) === '[object WebAssembly.Module]';
}

/** Undefined where the build cannot run. */
async function compile(
  place: string | ArrayBuffer | ArrayBufferView,
  isa: WasmIsa,
): Promise<WebAssembly.Module | undefined> {
  if (isa === 'relaxed-simd' && !WebAssembly.validate(RELAXED_MADD)) return undefined;
  const bytes = (
    typeof place === 'string'
      ? await fetchBytes(place, {
          limit: LARGEST_MODULE,
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
  return WebAssembly.compile(bytes).catch((cause) => {
    throw unavailable(
      `WebAssembly is refused here (${cause.message}): allow 'wasm-unsafe-eval' in script-src; on an edge runtime give a WebAssembly.Module as wasmBinary`,
      cause,
    );
  });
}
