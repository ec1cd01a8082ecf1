/** mobilenet-edge on one backend and instruction set, through its public API. */
import { importMobilenetEdge } from '../mobilenet_edge.mjs';

export async function open({ files, options: { backend, isa, precision, threads = 1 } }) {
  const { load } = await importMobilenetEdge();
  const model = await load(files.tflite, { backend, isa, precision, threads });
  const { info } = model;
  if (info.isa !== isa) throw new Error(`Expected ${isa} but received ${info.isa}`);
  if (info.threads !== threads) throw new Error(`Expected ${threads} threads but received ${info.threads}`);
  let input;
  return {
    details: `${info.backend} ${info.isa} ${info.precision}, ${info.threads} thread${threads > 1 ? 's' : ''}`,
    setInput(values) {
      input = values;
    },
    predict: async () => (await model.predict(input)).data,
  };
}
