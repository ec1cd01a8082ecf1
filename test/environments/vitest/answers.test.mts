import { readFileSync } from 'node:fs';
import * as library from 'mobilenet-edge';
import { expect, test } from 'vitest';
import same from './same.cjs';

test('the labels inside a model, classes and features are those of plain Node', async () => {
  const answers = await same(library);
  expect(answers.wasm.classes.map(({ className }) => className)).toContain('koala');
  expect(answers).toEqual(JSON.parse(readFileSync(new URL('same.json', import.meta.url), 'utf8')));
});

test('errors are those of the package', async () => {
  await expect(library.load('nothing.tflite')).rejects.toBeInstanceOf(library.MobileNetEdgeError);
});

test('await using closes a model', async () => {
  let kept: library.Model;
  {
    await using model = await library.load(new URL('labels_inside.tflite', import.meta.url));
    kept = model;
  }
  await expect(kept.predict(new Float32Array(189))).rejects.toMatchObject({ code: 'MODEL_CLOSED' });
});
