/** predict() gives every output of a model, under the file's own name. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, expect, test } from 'vitest';
import { type LoadOptions, load, type Model, type ModelSource } from '../../lib';
import { smallFloatNetwork, smallQuantizedClassifier } from '../fixtures/small_tflite';
import { artifactsOf, randomize } from '../fixtures/tfjs_models';
import { buildTflite, type TestModel } from '../fixtures/tflite_builder';
import { randomFloats } from '../support/random';

const BACKENDS = ['native', 'wasm'] as const;

const open: Model[] = [];
afterEach(() => {
  for (const model of open.splice(0)) model.close();
});

async function loadForTest(source: ModelSource, options: LoadOptions): Promise<Model> {
  const model = await load(source, options);
  open.push(model);
  return model;
}

function tensorNamed({ tensors }: TestModel, name: string): number {
  return tensors.findIndex((tensor) => tensor.name === name);
}

/** What a model with that output alone answers. */
async function alone(
  model: TestModel,
  name: string,
  input: Float32Array | Uint8Array | Int8Array,
  backend: 'native' | 'wasm',
) {
  const loaded = await loadForTest(buildTflite({ ...model, outputs: [tensorNamed(model, name)] }), { backend });
  return loaded.predict(input);
}

test.each(BACKENDS)('of a .tflite file, under the names of its tensors (%s)', async (backend) => {
  const names = ['probabilities', 'conv', 'logits'];
  const model = smallFloatNetwork();
  model.outputs = names.map((name) => tensorNamed(model, name));
  const loaded = await loadForTest(buildTflite(model), { backend });
  expect(loaded.info.outputs).toEqual([
    { name: 'probabilities', shape: [1, 5], type: 'float32' },
    { name: 'conv', shape: [1, 5, 4, 8], type: 'float32' },
    { name: 'logits', shape: [1, 5], type: 'float32' },
  ]);
  expect(loaded.info).toMatchObject({ outputType: 'float32', classes: 5 });
  const input = randomFloats(9 * 7 * 3, 1);
  const { data, shape, outputs } = await loaded.predict(input);
  expect([data, shape]).toEqual([outputs[0].data, [1, 5]]);
  for (const [i, name] of names.entries()) {
    const right = await alone(model, name, input, backend);
    expect(outputs[i]).toEqual({ ...loaded.info.outputs[i], data: right.data });
    expect(right.shape).toEqual(outputs[i].shape);
  }
  // The first is what classify() reads, and it is of softmax although other nodes come last.
  const pixels = { data: new Uint8Array(9 * 7 * 3).fill(99), width: 7, height: 9, channels: 3 } as const;
  const classes = await loaded.classify(pixels);
  expect(classes.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
});

test.each(BACKENDS)('of a quantized file, each in its own type, in integers and in float32 (%s)', async (backend) => {
  const model = smallQuantizedClassifier('UINT8');
  model.outputs = [...model.outputs!, tensorNamed(model, 'features'), tensorNamed(model, 'pooled')];
  const input = Uint8Array.from({ length: 48 }, (_, i) => i * 5);
  const integers = await loadForTest(buildTflite(model), { backend });
  expect(integers.info.precision).toBe('int8');
  const reals = await loadForTest(buildTflite(model), { backend, precision: 'float32' });
  const answers = [(await integers.predict(input)).outputs, (await reals.predict(input)).outputs];
  for (const outputs of answers) {
    expect(outputs.map(({ name, type }) => [name, type])).toEqual([
      [expect.any(String), 'uint8'],
      ['features', 'uint8'],
      ['pooled', 'uint8'],
    ]);
    for (const { data } of outputs) expect(data.constructor.name).toBe('Uint8Array');
  }
  for (const name of ['features', 'pooled']) {
    const right = await alone(model, name, input, backend);
    expect(answers[0].find((output) => output.name === name)!.data).toEqual(right.data);
  }
});

test.each(BACKENDS)('of a Keras model, under the names of its layers (%s)', async (backend) => {
  const input = tf.input({ shape: [9, 7, 3] });
  const conv = tf.layers
    .conv2d({ filters: 6, kernelSize: 3, strides: 2, name: 'conv', activation: 'relu' })
    .apply(input);
  const pooled = tf.layers.globalAveragePooling2d({ name: 'features' }).apply(conv);
  const head = tf.layers.dense({ units: 4, activation: 'softmax', name: 'head' }).apply(pooled);
  const model = tf.model({ inputs: input, outputs: [head, conv, pooled] as tf.SymbolicTensor[] });
  randomize(model, 3);
  const values = randomFloats(9 * 7 * 3, 2);
  const expected = model.predict(tf.tensor(values, [1, 9, 7, 3])) as tf.Tensor[];
  const loaded = await loadForTest(await artifactsOf(model), { backend });
  expect(loaded.info.outputs.map(({ name }) => name)).toEqual(['head', 'conv', 'features']);
  const { outputs } = await loaded.predict(values);
  for (const [i, right] of expected.entries()) {
    expect(outputs[i].shape).toEqual(right.shape);
    const reals = right.dataSync() as Float32Array;
    const worst = reals.reduce((most, value, at) => Math.max(most, Math.abs(value - outputs[i].data[at])), 0);
    expect(worst).toBeLessThan(1e-5);
  }
});
