/** mobilenet-edge for browsers: the worker and the WebAssembly modules are files beside this one, which bundlers find. */
import { MobileNetEdgeError } from '../base/errors.js';
import { absoluteUrl } from './absolute_url.js';
import { makeLoad, startWorker } from './load.js';

export * from './exports.js';

/**
 * Loads a model: a URL, File, Blob or the bytes of a `.tflite` file; the URL or the Files of a tfjs layers model, its
 * artifacts or the `tf.LayersModel` itself; or a Graph (mobilenetV1(), mobilenetV2()).
 *
 * Rejects with MODEL_NOT_FOUND, MODEL_INVALID, MODEL_UNSUPPORTED, OPERATOR_UNSUPPORTED, LABELS_INVALID,
 * INVALID_ARGUMENT, BACKEND_UNAVAILABLE, OUT_OF_MEMORY or ABORTED.
 */
export const load = makeLoad({
  wasm: () => {
    try {
      return {
        simd128: asset(new URL('../wasm/mobilenet_edge.simd128.wasm', import.meta.url)),
        'simd128.threads': asset(new URL('../wasm/mobilenet_edge.simd128.threads.wasm', import.meta.url)),
        'relaxed-simd': asset(new URL('../wasm/mobilenet_edge.relaxed-simd.wasm', import.meta.url)),
        'relaxed-simd.threads': asset(new URL('../wasm/mobilenet_edge.relaxed-simd.threads.wasm', import.meta.url)),
      };
    } catch (cause) {
      throw new MobileNetEdgeError(
        'BACKEND_UNAVAILABLE',
        `Expected this module to have a URL beside which its WebAssembly is (${(cause as Error).message}): give wasmUrl or wasmBinary`,
        { cause },
      );
    }
  },
  startWorker: (options) => {
    // On another origin than the page's (a CDN) the worker needs a script of the page's own.
    if (new URL(import.meta.url, globalThis.location?.href).origin !== globalThis.location?.origin) {
      return startWorker(asset(new URL('./host.mjs', import.meta.url)), options);
    }
    // Bundlers want to see exactly this expression, with `type` in it.
    return new Worker(new URL('./host.mjs', import.meta.url), { type: 'module', name: options.name });
  },
  importHost: () => import('./host.mjs'),
});

/** What bundlers make of `new URL(..., import.meta.url)` is a path in some (Next.js), where a worker has no base for it. */
function asset(url: URL): string {
  return absoluteUrl(url.href, (cause) => cause as Error);
}
