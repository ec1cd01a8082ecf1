/** LiteRT.js (XNNPACK in WebAssembly) in Node, from the .tflite file of a network. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { standInForWorker } from '../../scripts/litert_in_node.mjs';
import { litertContestant } from './litert_model.mjs';

const require = createRequire(import.meta.url);

/** `isa`: 'simd128' is LiteRT.js' "compat" build, 'relaxed-simd' what it loads wherever that runs. */
function scriptOf(isa) {
  const needsFlag = isa === 'relaxed-simd' && Number.parseInt(process.versions.node, 10) < 22;
  if (needsFlag) setFlagsFromString('--experimental-wasm-relaxed-simd');
  return require.resolve(`@litertjs/core/wasm/litert_wasm_${isa === 'simd128' ? 'compat_' : ''}internal.js`);
}

export async function open({ files, options: { isa } }) {
  standInForWorker();
  console.warn = () => {};
  const { loadAndCompile, loadLiteRt, Tensor } = await import('@litertjs/core');
  await loadLiteRt(scriptOf(isa));
  const model = await loadAndCompile(await readFile(files.tflite_uint8 ?? files.tflite), {
    accelerator: 'wasm',
    cpuOptions: { numThreads: 1 },
  });
  return litertContestant(model, Tensor, `wasm ${isa}, 1 thread, XNNPACK`, files.tflite_uint8 !== undefined);
}
