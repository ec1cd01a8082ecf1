/** LiteRT itself, as WebAssembly: the judge of what TFLite's operators answer. Import it only where tests have a process of their own. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';

const require = createRequire(__filename);

/** LiteRT.js loads its script as a browser's worker does. The script knows Node, but lies in a package of ES modules. */
function standInForWorker(): void {
  const importScripts = (path: string): void => {
    const module = { exports: {} };
    const names = ['require', 'module', 'exports', '__filename', '__dirname'];
    const run = compileFunction(readFileSync(path, 'utf8'), names, { filename: path });
    run(require, module, module.exports, path, dirname(path));
    Object.assign(globalThis, { ModuleFactory: module.exports });
  };
  // What it says of accelerators that Node lacks.
  const printErr = (line: string): void => {
    if (!/^(INFO|WARNING):/.test(line)) console.error(line);
  };
  Object.assign(globalThis, { self: globalThis, importScripts, Module: { printErr } });
}

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
