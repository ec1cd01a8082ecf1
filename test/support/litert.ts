/** LiteRT itself, as WebAssembly: the judge of what TFLite's operators answer. Import it only where tests have a process of their own. */
import { createRequire } from 'node:module';
import { standInForWorker } from '../../scripts/litert_in_node.mjs';

const require = createRequire(__filename);

async function start() {
  standInForWorker();
  const warn = console.warn;
  console.warn = () => {};
  const litert = await import('@litertjs/core');
  await litert.loadLiteRt(require.resolve('@litertjs/core/wasm/litert_wasm_compat_internal.js'));
  console.warn = warn;
  return litert;
}

let started: ReturnType<typeof start> | undefined;

/** All outputs of a .tflite file. LiteRT.js knows tensors of float32, int32 and uint8 only. */
export async function litertAnswers<Values extends Float32Array | Uint8Array>(
  bytes: Uint8Array,
  inputs: { values: Values; shape: number[] }[],
): Promise<Values[]> {
  started ??= start();
  const { loadAndCompile, Tensor } = await started;
  const model = await loadAndCompile(bytes, { accelerator: 'wasm', cpuOptions: { numThreads: 1 } });
  const tensors = inputs.map(({ values, shape }) => new Tensor(values as Float32Array<ArrayBuffer>, shape));
  const outputs = await model.run(tensors);
  const answers = outputs.map((output) => output.toTypedArray().slice() as Values);
  for (const tensor of [...tensors, ...outputs]) tensor.delete();
  model.delete();
  return answers;
}
