/** mobilenet-edge on one backend and instruction set, through its public API. */
import { readFile } from 'node:fs/promises';
import { deserialize } from 'node:v8';
import { importMobilenetEdge } from '../mobilenet_edge.mjs';

export async function open({ files, options: { backend, isa } }) {
  const { load } = await importMobilenetEdge();
  const model = await load(deserialize(await readFile(files.graph)), { backend, isa, threads: 1 });
  if (model.info.isa !== isa) throw new Error(`Expected instruction set ${isa} but received ${model.info.isa}`);
  let input;
  return {
    details: `${model.info.backend} ${model.info.isa}, ${model.info.threads} thread`,
    setInput(values) {
      input = values;
    },
    predict: async () => (await model.predict(input)).data,
  };
}
