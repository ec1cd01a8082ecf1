/** The reader of tfjs layers models against tfjs: the Graph, run by plain loops, answers as tfjs does. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { elementCount } from '../../lib/graph/graph';
import { readModelFile, type TfjsArtifacts } from '../../lib/node/read_model_file';
import { nsfwjsModel } from '../../scripts/nsfwjs_model.mjs';
import { checkGraph } from '../fixtures/check_graph';
import { artifactsOf, predictWithTfjs, randomize, smallModel } from '../fixtures/tfjs_models';
import { evaluate } from '../reference/evaluate';
import { randomFloats } from '../support/random';

beforeAll(() => tf.setBackend('cpu'));

async function readGraph(artifacts: object) {
  const { graph, format } = await readModelFile(artifacts as TfjsArtifacts);
  expect(format).toBe('tfjs-layers');
  checkGraph(graph);
  return graph;
}

async function expectSameAnswers(model: tf.LayersModel, artifacts?: object): Promise<void> {
  const graph = await readGraph(artifacts ?? (await artifactsOf(model)));
  const input = randomFloats(elementCount(graph.input.shape), 7);
  const expected = predictWithTfjs(model, input);
  const received = evaluate(graph, input);
  expect(graph.outputs[0].shape).toEqual(expected.shape);
  expect(received.length).toBe(expected.data.length);
  for (const [i, value] of received.entries()) expect(value).toBeCloseTo(expected.data[i], 4);
}

function sequential(inputShape: [number, number, number], ...layers: tf.layers.Layer[]): tf.LayersModel {
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape }), ...layers] });
  randomize(model, 3);
  return model;
}

describe('every layer answers as in tfjs', () => {
  const { layers } = tf;
  test.each<[string, () => tf.layers.Layer]>([
    [
      'Conv2D, same, strides',
      () => layers.conv2d({ filters: 5, kernelSize: [3, 2], strides: [2, 1], padding: 'same' }),
    ],
    ['Conv2D, valid, dilation', () => layers.conv2d({ filters: 5, kernelSize: 3, dilationRate: [2, 1] })],
    ['Conv2D with relu', () => layers.conv2d({ filters: 5, kernelSize: 1, activation: 'relu' })],
    [
      'Conv2D with relu6, no bias',
      () => layers.conv2d({ filters: 5, kernelSize: 1, activation: 'relu6', useBias: false }),
    ],
    ['Conv2D with sigmoid', () => layers.conv2d({ filters: 5, kernelSize: 1, activation: 'sigmoid' })],
    ['Conv2D with softmax', () => layers.conv2d({ filters: 5, kernelSize: 1, activation: 'softmax' })],
    ['DepthwiseConv2D', () => layers.depthwiseConv2d({ kernelSize: [3, 3], padding: 'same', strides: [2, 2] })],
    ['DepthwiseConv2D with a multiplier', () => layers.depthwiseConv2d({ kernelSize: [3, 3], depthMultiplier: 3 })],
    [
      'SeparableConv2D',
      () => layers.separableConv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }),
    ],
    [
      'SeparableConv2D with a multiplier',
      () => layers.separableConv2d({ filters: 4, kernelSize: 3, depthMultiplier: 2 }),
    ],
    ['Dense over a picture', () => layers.dense({ units: 6, activation: 'relu' })],
    ['BatchNormalization', () => layers.batchNormalization({ epsilon: 0.01 })],
    [
      'BatchNormalization, no scale, no center',
      () => layers.batchNormalization({ scale: false, center: false, axis: 3 }),
    ],
    ['ReLU', () => layers.reLU({})],
    ['ReLU with a maximum', () => layers.reLU({ maxValue: 0.25 })],
    ['Activation relu6', () => layers.activation({ activation: 'relu6' })],
    ['Activation linear', () => layers.activation({ activation: 'linear' })],
    ['Activation sigmoid', () => layers.activation({ activation: 'sigmoid' })],
    [
      'ZeroPadding2D',
      () =>
        layers.zeroPadding2d({
          padding: [
            [1, 2],
            [3, 0],
          ] as [[number, number], [number, number]],
        }),
    ],
    ['ZeroPadding2D, one number', () => layers.zeroPadding2d({ padding: 2 as unknown as [number, number] })],
    ['GlobalAveragePooling2D', () => layers.globalAveragePooling2d({})],
    ['GlobalMaxPooling2D', () => layers.globalMaxPooling2d({})],
    ['AveragePooling2D', () => layers.averagePooling2d({ poolSize: [2, 3], strides: [1, 2], padding: 'same' })],
    ['MaxPooling2D, strides of its size', () => layers.maxPooling2d({ poolSize: 2 })],
    ['Reshape', () => layers.reshape({ targetShape: [1, 1, -1] as unknown as number[] })],
    ['Flatten', () => layers.flatten()],
    ['Rescaling', () => layers.rescaling({ scale: 1 / 127.5, offset: -1 }) as tf.layers.Layer],
  ])('%s', async (_name, make) => {
    // A layer before and after: neither input nor output are special.
    const before = layers.conv2d({ filters: 3, kernelSize: 1 });
    await expectSameAnswers(sequential([6, 7, 2], before, make(), layers.dropout({ rate: 0.5 })));
  });
});

test('the Softmax layer', async () => {
  await expectSameAnswers(sequential([2, 2, 3], tf.layers.flatten(), tf.layers.softmax()));
});

test('Dense over a sequence of vectors', async () => {
  const { layers } = tf;
  const model = sequential(
    [4, 3, 5],
    layers.reshape({ targetShape: [12, 5] }),
    layers.dense({ units: 7 }),
    layers.flatten(),
  );
  await expectSameAnswers(model);
});

describe('topologies', () => {
  test('functional, with a skip connection', async () => {
    await expectSameAnswers(smallModel());
  });

  test("Teachable Machine's: Sequential of Sequential(Model, pooling) and Sequential(Dense)", async () => {
    const base = smallModel();
    const features = tf.model({ inputs: base.inputs, outputs: base.layers[6].output as tf.SymbolicTensor });
    const model = tf.sequential();
    model.add(tf.sequential({ layers: [features, tf.layers.globalAveragePooling2d({})] }));
    model.add(tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [6], activation: 'softmax' })] }));
    randomize(model, 5);
    await expectSameAnswers(model);
  });

  test('a model inside a functional model, and an addition of three', async () => {
    const inner = tf.sequential({
      layers: [tf.layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', inputShape: [5, 5, 3] })],
    });
    const input = tf.input({ shape: [5, 5, 3] });
    const x = inner.apply(input) as tf.SymbolicTensor;
    const y = tf.layers.reLU({}).apply(x) as tf.SymbolicTensor;
    const sum = tf.layers.add().apply([x, y, input]) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs: tf.layers.flatten().apply(sum) as tf.SymbolicTensor });
    randomize(model, 6);
    await expectSameAnswers(model);
  });

  test('a layer that is called twice', async () => {
    const input = tf.input({ shape: [5, 5, 3] });
    const conv = tf.layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' });
    const twice = conv.apply(conv.apply(input)) as tf.SymbolicTensor;
    const model = tf.model({
      inputs: input,
      outputs: tf.layers.globalMaxPooling2d({}).apply(twice) as tf.SymbolicTensor,
    });
    randomize(model, 8);
    await expectSameAnswers(model);
  });

  test("Keras 3's forms of references and shapes", async () => {
    const model = smallModel();
    const artifacts = structuredClone(await artifactsOf(model));
    const { config } = artifacts.modelTopology as { config: Record<string, unknown> };
    type Saved = { inbound_nodes: [string, number, number][][]; config: Record<string, unknown> };
    for (const layer of config.layers as Saved[]) {
      const { inbound_nodes: inbound, config: own } = layer;
      Object.assign(layer, {
        inbound_nodes: inbound.map((call) => {
          const tensors = call.map((history) => ({
            class_name: '__keras_tensor__',
            config: { keras_history: history.slice(0, 3) },
          }));
          return { args: tensors.length === 1 ? tensors : [tensors], kwargs: {} };
        }),
      });
      if (own.batch_input_shape) {
        own.batch_shape = own.batch_input_shape;
        delete own.batch_input_shape;
      }
    }
    Object.assign(config, {
      input_layers: (config.input_layers as unknown[])[0],
      output_layers: (config.output_layers as unknown[])[0],
    });
    await expectSameAnswers(model, artifacts);
  });
});

describe('weights', () => {
  test('in one buffer, in several, as a manifest, with the names of models and ":0"', async () => {
    const model = smallModel();
    const artifacts = await artifactsOf(model);
    const { weightData, weightSpecs } = artifacts;
    const expected = await readGraph(artifacts);
    const pieces = [weightData.slice(0, 100), new Uint8Array(weightData.slice(100, 101)), weightData.slice(101)];
    expect(await readGraph({ ...artifacts, weightData: pieces })).toEqual(expected);
    const manifest = [
      { paths: ['a'], weights: weightSpecs.slice(0, 2) },
      { paths: [], weights: weightSpecs.slice(2) },
    ];
    expect(await readGraph({ ...artifacts, weightSpecs: undefined, weightsManifest: manifest })).toEqual(expected);
    const named = weightSpecs.map((spec) => ({ ...spec, name: `outer/model_1/${spec.name}:0` }));
    const { nodes } = await readGraph({ ...artifacts, weightSpecs: named });
    expect(nodes.map((node) => ('filter' in node ? node.filter.data : 0))).toEqual(
      expected.nodes.map((node) => ('filter' in node ? node.filter.data : 0)),
    );
  });

  test('stored as uint8, uint16 and float16', async () => {
    const model = sequential([2, 2, 1], tf.layers.conv2d({ filters: 4, kernelSize: 1, useBias: false, name: 'c' }));
    const artifacts = await artifactsOf(model);
    const read = async (bytes: ArrayBufferView, quantization: object) => {
      const weightSpecs = [{ ...artifacts.weightSpecs[0], quantization }];
      const { nodes } = await readGraph({ ...artifacts, weightSpecs, weightData: bytes.buffer });
      return nodes[0].op === 'conv2d' ? Array.from(nodes[0].filter.data!) : [];
    };
    expect(await read(Uint8Array.of(0, 1, 128, 255), { dtype: 'uint8', scale: 0.5, min: -64 })).toEqual([
      -64, -63.5, 0, 63.5,
    ]);
    expect(await read(Uint16Array.of(0, 1, 256, 65535), { dtype: 'uint16', scale: 2, min: 1 })).toEqual([
      1, 3, 513, 131071,
    ]);
    expect(await read(Uint16Array.of(0x3c00, 0xc000, 1, 0x7bff), { dtype: 'float16' })).toEqual([
      1,
      -2,
      2 ** -24,
      65504,
    ]);
  });

  test('integers that no layer reads do not matter', async () => {
    const artifacts = await artifactsOf(smallModel());
    const weightSpecs = [
      { name: 'step', shape: [2], dtype: 'int32' },
      { name: 'flag', shape: [], dtype: 'bool' },
      ...artifacts.weightSpecs,
    ];
    const weightData = [new Uint8Array(9), artifacts.weightData];
    expect(await readGraph({ ...artifacts, weightSpecs, weightData })).toEqual(await readGraph(artifacts));
  });
});

test("nsfwjs' MobileNetV2: the papers' count of layers, five classes", async () => {
  const {
    input,
    outputs: [output],
    nodes,
  } = await readGraph(nsfwjsModel());
  expect(input.shape).toEqual([1, 224, 224, 3]);
  expect(output.shape).toEqual([1, 5]);
  const count = (op: string) => nodes.filter((node) => node.op === op).length;
  expect({
    conv: count('conv2d'),
    depthwise: count('depthwise_conv2d'),
    add: count('add'),
    affine: count('affine'),
  }).toEqual({
    conv: 35,
    depthwise: 17,
    add: 10,
    affine: 52,
  });
});
