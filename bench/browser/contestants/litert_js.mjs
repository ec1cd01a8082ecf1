/** LiteRT.js (XNNPACK in WebAssembly) on a page. */
import { loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core';
import { litertContestant } from '../../contestants/litert_model.mjs';

/** `isa`: 'simd128' is LiteRT.js' "compat" build, which has no threads. */
export async function open({ files, options: { isa, threads } }) {
  if (isa === 'simd128') await loadLiteRt('/litert/litert_wasm_compat_internal.js');
  else await loadLiteRt('/litert/', { threads: threads > 1 });
  const bytes = new Uint8Array(await (await fetch(files.tflite_uint8 ?? files.tflite)).arrayBuffer());
  const model = await loadAndCompile(bytes, { accelerator: 'wasm', cpuOptions: { numThreads: threads } });
  const details = `wasm ${isa}, threads: ${threads}, XNNPACK`;
  return litertContestant(model, Tensor, details, files.tflite_uint8 !== undefined);
}
