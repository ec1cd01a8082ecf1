/* global test, expect */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { load, MobileNetEdgeError } = require('mobilenet-edge');
const sharp = require('sharp');
const same = require('./same.cjs');

const LABELS = ['cat', 'dog', 'koala', 'parrot', 'fox'];

test('the labels inside a model, classes and features are those of plain Node', async () => {
  const answers = await same({ load });
  expect(answers.native.classes.map(({ className }) => className).sort()).toEqual([...LABELS].sort());
  expect(answers).toEqual(JSON.parse(readFileSync(join(__dirname, 'same.json'), 'utf8')));
});

test('pictures that sharp reads, encoded and raw, are read', async () => {
  const model = await load(readFileSync(join(__dirname, 'labels_inside.tflite')));
  const picture = sharp({ create: { width: 20, height: 30, channels: 3, background: '#c08040' } });
  const raw = await model.classify(await picture.clone().raw().toBuffer({ resolveWithObject: true }));
  const webp = await model.classify(await picture.clone().webp({ lossless: true }).toBuffer());
  expect(raw.map(({ className }) => className).sort()).toEqual([...LABELS].sort());
  expect(webp).toEqual(raw);
  model.close();
});

test('answers are arrays, and errors errors, of the test', async () => {
  const model = await load(join(__dirname, 'labels_inside.tflite'));
  expect((await model.predict(new Float32Array(189))).data).toBeInstanceOf(Float32Array);
  model.close();
  await expect(load('nothing.tflite')).rejects.toBeInstanceOf(MobileNetEdgeError);
});
