/** mobilenet-edge as a page uses it: the model lives in a worker, messages to it and back are timed too. */
import { load } from '/dist/browser/index.mjs';

export async function open({ files, options: { isa, precision, threads } }) {
  const model = await load(files.tflite, { isa, precision, threads });
  const { info } = model;
  if (info.isa !== isa) throw new Error(`Expected ${isa} but received ${info.isa}`);
  if (info.threads !== threads) throw new Error(`Expected ${threads} threads but received ${info.threads}`);
  let input;
  return {
    details: `${info.backend} ${info.isa} ${info.precision}, threads: ${info.threads}`,
    setInput(values) {
      input = values;
    },
    predict: async () => (await model.predict(input)).data,
  };
}
