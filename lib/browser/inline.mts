/**
 * mobilenet-edge for browsers in one file, for those who cannot serve a `.wasm` or a worker's script. The worker comes
 * from a blob: URL, which a Content-Security-Policy must allow in worker-src; else use thread 'main'.
 */
import { HOST_SCRIPT, WASM_BASE64 } from './inlined_assets.mjs';
import { makeLoad } from './load.js';

export * from './exports.js';

function decodeBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

let script: string | undefined;

/** Loads a model as the main entry does. */
export const load = makeLoad({
  wasm: () => ({
    simd128: decodeBase64(WASM_BASE64.simd128),
    'relaxed-simd': decodeBase64(WASM_BASE64['relaxed-simd']),
  }),
  startWorker: (options) => {
    script ??= URL.createObjectURL(new Blob([HOST_SCRIPT], { type: 'text/javascript' }));
    return new Worker(script, options);
  },
  importHost: () => import('./host.mjs'),
});
