/** mobilenet-edge for browsers: the worker and the WebAssembly modules are files beside this one, which bundlers find. */
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
  wasm: () => ({
    simd128: new URL('../wasm/mobilenet_edge.simd128.wasm', import.meta.url).href,
    'simd128.threads': new URL('../wasm/mobilenet_edge.simd128.threads.wasm', import.meta.url).href,
    'relaxed-simd': new URL('../wasm/mobilenet_edge.relaxed-simd.wasm', import.meta.url).href,
    'relaxed-simd.threads': new URL('../wasm/mobilenet_edge.relaxed-simd.threads.wasm', import.meta.url).href,
  }),
  startWorker: (options) => {
    // On another origin than the page's (a CDN) the worker needs a script of the page's own.
    if (new URL(import.meta.url).origin !== self.location.origin) {
      return startWorker(new URL('./host.mjs', import.meta.url).href, options);
    }
    // Bundlers want to see exactly this expression, with `type` in it.
    return new Worker(new URL('./host.mjs', import.meta.url), { type: 'module', name: options.name });
  },
  importHost: () => import('./host.mjs'),
});
