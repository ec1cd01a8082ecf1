/** tfjs on its wasm backend in Node. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { deserialize } from 'node:v8';
import { tfjsContestant } from './tfjs_graph.mjs';

const require = createRequire(import.meta.url);
// By require: tfjs has CommonJS and ES builds, and both packages must meet in one copy of tfjs-core.
const tf = require('@tensorflow/tfjs-core');
const { setThreadsCount, setWasmPaths } = require('@tensorflow/tfjs-backend-wasm');

export async function open({ files }) {
  setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  setThreadsCount(1);
  await tf.setBackend('wasm');
  if (tf.getBackend() !== 'wasm') throw new Error(`Expected tfjs' wasm backend but received ${tf.getBackend()}`);
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) throw new Error('Expected tfjs to find WebAssembly SIMD');

  const graph = deserialize(await readFile(files.graph));
  return tfjsContestant(tf, graph, 'wasm SIMD, 1 thread, fused operators');
}
