/** mobilenet-edge on one backend and instruction set, through its public API. */
import { importMobilenetEdge } from '../mobilenet_edge.mjs';

export async function open({ files, options: { backend, isa, precision } }) {
  const { load } = await importMobilenetEdge();
  const model = await load(files.tflite, { backend, isa, precision, threads: 1 });
  const { info } = model;
  if (info.isa !== isa) throw new Error(`Expected ${isa} but received ${info.isa}`);
  let input;
  return {
    details: `${info.backend} ${info.isa} ${info.precision}, ${info.threads} thread`,
    setInput(values) {
      input = values;
    },
    predict: async () => (await model.predict(input)).data,
  };
}
