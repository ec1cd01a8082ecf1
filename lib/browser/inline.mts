/**
 * mobilenet-edge for browsers in one file, for those who cannot serve a `.wasm` or a worker's script. The worker comes
 * from a blob: URL, which a Content-Security-Policy must allow in worker-src; else use thread 'main'.
 */
import type { WasmModuleName } from '../engines/wasm_probe.js';
import { HOST_SCRIPT, WASM_ARCHIVE } from './inlined_assets.mjs';
import { makeLoad } from './load.js';
import type { WasmFiles } from './protocol.js';

export * from './exports.js';

/** The modules differ in little: compressed as one, the four are hardly larger than one of them. */
async function unpackWasm(): Promise<WasmFiles> {
  const { sizes, gzip } = WASM_ARCHIVE;
  const packed = Uint8Array.from(atob(gzip), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const all = await new Response(stream).arrayBuffer();
  const files: WasmFiles = {};
  let begin = 0;
  for (const [name, size] of Object.entries(sizes)) {
    files[name as WasmModuleName] = all.slice(begin, begin + size);
    begin += size;
  }
  return files;
}

let script: string | undefined;

/** Loads a model as the main entry does. */
export const load = makeLoad({
  wasm: unpackWasm,
  startWorker: (options) => {
    script ??= URL.createObjectURL(new Blob([HOST_SCRIPT], { type: 'text/javascript' }));
    return new Worker(script, options);
  },
  importHost: () => import('./host.mjs'),
});
