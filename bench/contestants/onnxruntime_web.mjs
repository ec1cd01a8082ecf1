/** onnxruntime-web in Node, WebAssembly provider with SIMD. */
import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web';
import { openSession } from './onnxruntime.mjs';

export async function open({ files }) {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.simd = true;
  ort.env.wasm.proxy = false;
  return openSession(ort, await readFile(files.onnx), ['wasm'], 'wasm SIMD, 1 thread, all graph optimisations');
}
