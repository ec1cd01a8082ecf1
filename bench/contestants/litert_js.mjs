/** LiteRT.js (XNNPACK in WebAssembly) in Node, from the .tflite file of a network. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { compileFunction } from 'node:vm';
import { litertContestant } from './litert_model.mjs';

const require = createRequire(import.meta.url);

/** LiteRT.js loads its script as a browser's worker does. The script knows Node, but lies in a package of ES modules. */
function standInForWorker() {
  globalThis.self = globalThis;
  globalThis.importScripts = (path) => {
    const module = { exports: {} };
    const names = ['require', 'module', 'exports', '__filename', '__dirname'];
    const run = compileFunction(readFileSync(path, 'utf8'), names, { filename: path });
    run(require, module, module.exports, path, dirname(path));
    globalThis.ModuleFactory = module.exports;
  };
}

/** `isa`: 'simd128' is LiteRT.js' "compat" build, 'relaxed-simd' what it loads wherever that runs. */
function scriptOf(isa) {
  const needsFlag = isa === 'relaxed-simd' && Number.parseInt(process.versions.node, 10) < 22;
  if (needsFlag) setFlagsFromString('--experimental-wasm-relaxed-simd');
  return require.resolve(`@litertjs/core/wasm/litert_wasm_${isa === 'simd128' ? 'compat_' : ''}internal.js`);
}

/** Says what goes wrong, but not how LiteRT.js looks for accelerators that Node lacks. */
function quieten() {
  console.warn = () => {};
  globalThis.Module = { printErr: (line) => /^(INFO|WARNING):/.test(line) || console.error(line) };
}

export async function open({ files, options: { isa } }) {
  standInForWorker();
  quieten();
  const { loadAndCompile, loadLiteRt, Tensor } = await import('@litertjs/core');
  await loadLiteRt(scriptOf(isa));
  const model = await loadAndCompile(await readFile(files.tflite_uint8 ?? files.tflite), {
    accelerator: 'wasm',
    cpuOptions: { numThreads: 1 },
  });
  return litertContestant(model, Tensor, `wasm ${isa}, 1 thread, XNNPACK`, files.tflite_uint8 !== undefined);
}
