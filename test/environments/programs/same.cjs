/** What a model with labels inside answers for one picture on each engine, as plain values that two realms can compare. */
const { join } = require('node:path');

module.exports = async ({ load }) => {
  const picture = {
    data: Uint8Array.from({ length: 189 }, (_, i) => (i * 37) % 256),
    width: 7,
    height: 9,
    channels: 3,
  };
  const answers = {};
  for (const backend of ['native', 'wasm']) {
    const model = await load(join(__dirname, 'labels_inside.tflite'), { backend });
    answers[backend] = {
      classes: await model.classify(picture),
      features: Array.from(await model.embed(picture)),
    };
    model.close();
  }
  return answers;
};
