/**
 * The files of this package that are no modules: the addon, the WebAssembly modules, the scripts of threads. Each has a
 * path that bundlers and tracers (Turbopack, @vercel/nft) read off the source, so each is one whole expression. The paths
 * hold in lib/node and in what is shipped, since scripts/build_node.mjs keeps the code that has them in dist/bundle.
 */
import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { messageOf } from '../base/bytes';
import { MobileNetEdgeError } from '../base/errors';
import type { WasmModuleName } from '../engines/wasm_probe';
import { permissionRemedy } from './permissions';
import { startThread } from './threads';

const REMEDY =
  "if a bundler has taken the package's code in, mark 'mobilenet-edge' as external (Next.js: serverExternalPackages); else install it again, whole";

/** What the addon exports. Throws whatever node-gyp-build does: it is not there, or no addon of ours runs here. */
export function loadAddon(): unknown {
  return require('node-gyp-build')(join(__dirname, '..', '..'));
}

/** The bytes of a WebAssembly module. Rejects with BACKEND_UNAVAILABLE. */
export async function readWasm(name: WasmModuleName): Promise<Uint8Array<ArrayBuffer>> {
  try {
    switch (name) {
      case 'simd128':
        return await readFile(join(__dirname, '..', '..', 'dist', 'wasm', 'mobilenet_edge.simd128.wasm'));
      case 'simd128.threads':
        return await readFile(join(__dirname, '..', '..', 'dist', 'wasm', 'mobilenet_edge.simd128.threads.wasm'));
      case 'relaxed-simd':
        return await readFile(join(__dirname, '..', '..', 'dist', 'wasm', 'mobilenet_edge.relaxed-simd.wasm'));
      case 'relaxed-simd.threads':
        return await readFile(join(__dirname, '..', '..', 'dist', 'wasm', 'mobilenet_edge.relaxed-simd.threads.wasm'));
    }
  } catch (cause) {
    throw unavailable('a WebAssembly module', cause);
  }
}

/** The bytes of libjpeg-turbo's WebAssembly module. Throws BACKEND_UNAVAILABLE. */
export function readJpegTurbo(): Uint8Array<ArrayBuffer> {
  try {
    return readFileSync(join(__dirname, '..', '..', 'dist', 'bundle', 'jpeg_turbo.wasm'));
  } catch (cause) {
    throw unavailable('a WebAssembly module', cause);
  }
}

/** Starts the thread that leads a wasm session. Throws BACKEND_UNAVAILABLE or OUT_OF_MEMORY. */
export function startWasmWorker(options: WorkerOptions): Worker {
  check(() => statSync(join(__dirname, '..', '..', 'dist', 'bundle', 'wasm_worker.js')));
  return startThread(() => new Worker(join(__dirname, '..', '..', 'dist', 'bundle', 'wasm_worker.js'), options));
}

/** Starts a thread that assists it. Throws BACKEND_UNAVAILABLE or OUT_OF_MEMORY. */
export function startWasmAssistant(options: WorkerOptions): Worker {
  check(() => statSync(join(__dirname, '..', '..', 'dist', 'bundle', 'wasm_assistant.js')));
  return startThread(() => new Worker(join(__dirname, '..', '..', 'dist', 'bundle', 'wasm_assistant.js'), options));
}

/** Starts the thread that decodes pictures. Throws BACKEND_UNAVAILABLE or OUT_OF_MEMORY. */
export function startDecodeWorker(): Worker {
  check(() => statSync(join(__dirname, '..', '..', 'dist', 'bundle', 'decode_worker.js')));
  return startThread(() => new Worker(join(__dirname, '..', '..', 'dist', 'bundle', 'decode_worker.js')));
}

function check(find: () => unknown): void {
  try {
    find();
  } catch (cause) {
    throw unavailable('the script of a thread', cause);
  }
}

/** The cause is ENOENT, or a ReferenceError in a bundle of ECMAScript modules, which have no __dirname. */
function unavailable(what: string, cause: unknown): MobileNetEdgeError {
  return new MobileNetEdgeError(
    'BACKEND_UNAVAILABLE',
    `Expected ${what} in mobilenet-edge's folder but it cannot be read (${messageOf(cause)})${permissionRemedy(cause) || `: ${REMEDY}`}`,
    { cause },
  );
}
