/** tfjs on its wasm backend, on a page: its scripts as they are published, since bundled ones cannot start its threads. */
import { tfjsContestant } from '../../contestants/tfjs_graph.mjs';
import { graphFromJson } from '../graph_json.mjs';

function addScript(src) {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement('script'), { src });
    script.onload = resolve;
    script.onerror = () => reject(new Error(`Expected a script at ${src}`));
    document.head.append(script);
  });
}

export async function open({ files, options: { threads } }) {
  await addScript('/tfjs-core/tf-core.min.js');
  await addScript('/tfjs/tf-backend-wasm.min.js');
  const { tf } = globalThis;
  tf.wasm.setWasmPaths('/tfjs/');
  tf.wasm.setThreadsCount(threads);
  await tf.setBackend('wasm');
  if (tf.getBackend() !== 'wasm') throw new Error(`Expected tfjs' wasm backend but received ${tf.getBackend()}`);
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) throw new Error('Expected tfjs to find WebAssembly SIMD');
  const found = tf.wasm.getThreadsCount();
  if (found !== threads) throw new Error(`Expected ${threads} threads but received ${found}`);
  const graph = graphFromJson(await (await fetch(files.graph)).text());
  return tfjsContestant(tf, graph, `wasm SIMD, threads: ${threads}, fused operators`);
}
