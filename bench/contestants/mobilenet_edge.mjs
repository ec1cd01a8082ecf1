/** mobilenet-edge on one backend and instruction set, through its public API. */
import { readFile } from 'node:fs/promises';
import { deserialize } from 'node:v8';
import { importMobilenetEdge } from '../mobilenet_edge.mjs';

/** Reads the .tflite file of a quantized network, the Graph of a float32 one. */
export async function open({ files, options: { backend, isa } }) {
  const { load } = await importMobilenetEdge();
  const source = files.tflite ?? deserialize(await readFile(files.graph));
  const model = await load(source, { backend, isa, threads: 1 });
  const { info } = model;
  const precision = files.tflite ? 'int8' : 'float32';
  if (info.isa !== isa || info.precision !== precision) {
    throw new Error(`Expected ${precision} on ${isa} but received ${info.precision} on ${info.isa}`);
  }
  let input;
  return {
    details: `${info.backend} ${info.isa} ${info.precision}, ${info.threads} thread`,
    setInput(values) {
      input = values;
    },
    predict: async () => (await model.predict(input)).data,
  };
}
