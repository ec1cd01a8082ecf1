/** What Keras models begin with: augmentation, resizing, and preprocess_input as arithmetic with constants. */
import { describe, expect, test } from 'vitest';
import { inputRange } from '../../lib/model/input_range';
import { readModelFile, type TfjsArtifacts } from '../../lib/node/read_model_file';

type Layer = { class_name: string; config: Record<string, unknown>; name?: string; inbound_nodes?: unknown };

const layer = (class_name: string, config: Record<string, unknown> = {}): Layer => ({
  class_name,
  config: { name: class_name.toLowerCase(), trainable: true, dtype: 'float32', ...config },
});
const input: Layer = layer('InputLayer', { batch_input_shape: [null, 6, 8, 3], name: 'input' });
const sequential = (name: string, ...layers: Layer[]): Layer => ({
  class_name: 'Sequential',
  config: { name, layers },
});

const read = (modelTopology: object) =>
  readModelFile({ modelTopology, weightSpecs: [], weightData: new ArrayBuffer(0) } as TfjsArtifacts);

/** The nodes of a model of these layers, between a picture and its mean. */
const nodesOf = async (...layers: Layer[]) =>
  (await read(sequential('model', input, ...layers, layer('GlobalAveragePooling2D')))).graph.nodes.map(({ op }) => op);

const AUGMENTATIONS = [
  'RandomFlip',
  'RandomRotation',
  'RandomZoom',
  'RandomTranslation',
  'RandomContrast',
  'RandomBrightness',
  'RandomHeight',
  'RandomWidth',
  'GaussianNoise',
  'GaussianDropout',
  'SpatialDropout2D',
  'ActivityRegularization',
];

describe('augmentation does nothing in a trained network', () => {
  test.each(AUGMENTATIONS)('%s', async (name) => {
    expect(await nodesOf(layer(name, { factor: 0.1 }))).toEqual(['pool']);
  });

  test('in models inside models', async () => {
    const inner = sequential('augmentation', ...AUGMENTATIONS.map((name) => layer(name)));
    expect(await nodesOf(sequential('outer', inner), layer('Rescaling', { scale: 1 / 255 }))).toEqual([
      'affine',
      'pool',
    ]);
  });
});

describe('layers that set the size', () => {
  test.each(['Resizing', 'CenterCrop', 'RandomCrop'])('%s: to the size that the picture has', async (name) => {
    expect(await nodesOf(layer(name, { height: 6, width: 8 }))).toEqual(['pool']);
    for (const size of [
      { height: 8, width: 6 },
      { height: 3, width: 8 },
    ]) {
      await expect(nodesOf(layer(name, size))).rejects.toMatchObject({
        code: 'OPERATOR_UNSUPPORTED',
        message: expect.stringMatching(new RegExp(`${name}.*changes nothing.*${size.height}x${size.width}.*6x8`)),
      });
    }
    await expect(nodesOf(layer(name))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  test('interpolations that smooth are none', async () => {
    const resizing = (interpolation: string) => layer('Resizing', { height: 6, width: 8, interpolation });
    expect(await nodesOf(resizing('nearest'))).toEqual(['pool']);
    await expect(nodesOf(resizing('gaussian'))).rejects.toMatchObject({ code: 'OPERATOR_UNSUPPORTED' });
  });
});

/** A functional model of one-input layers, each called as `calls` says. */
function functional(...calls: [layer: Layer, inbound: unknown][]): object {
  const layers = [
    { ...input, name: 'input', inbound_nodes: [] },
    ...calls.map(([one, inbound], i) => ({
      ...one,
      name: `l${i}`,
      config: { ...one.config, name: `l${i}` },
      inbound_nodes: [inbound],
    })),
    { ...layer('GlobalAveragePooling2D'), name: 'mean', inbound_nodes: [[[`l${calls.length - 1}`, 0, 0, {}]]] },
  ];
  return {
    class_name: 'Functional',
    config: { name: 'model', layers, input_layers: [['input', 0, 0]], output_layers: [['mean', 0, 0]] },
  };
}

const affinesOf = async (model: object) => {
  const { graph } = await read(model);
  const affines = graph.nodes.flatMap((node) => (node.op === 'affine' ? [[...node.scale, ...node.shift]] : []));
  return { affines, range: inputRange(graph, undefined) };
};

describe('preprocess_input inside the model', () => {
  const lambda = (name: string): Layer => layer('TFOpLambda', { function: name });

  test('Keras 2: functions as layers', async () => {
    const model = functional(
      [lambda('math.truediv'), ['input', 0, 0, { y: 127.5, name: null }]],
      [lambda('math.subtract'), ['l0', 0, 0, { y: 1.0, name: null }]],
    );
    expect(await affinesOf(model)).toEqual({
      affines: [
        [1 / 127.5, 1 / 127.5, 1 / 127.5, 0, 0, 0],
        [1, 1, 1, -1, -1, -1],
      ],
      range: '0..255',
    });
  });

  test('Keras 2: constants per channel and on the left, sums of two tensors refused', async () => {
    const bias = functional([lambda('nn.bias_add'), ['input', 0, 0, { bias: [-103.9, -116.8, -123.7] }]]);
    expect(await affinesOf(bias)).toEqual({ affines: [[1, 1, 1, -103.9, -116.8, -123.7]], range: '0..255' });
    const inverted = functional([lambda('math.subtract'), ['_CONSTANT_VALUE', -1, 255, { y: ['input', 0, 0] }]]);
    expect((await affinesOf(inverted)).affines).toEqual([[-1, -1, -1, 255, 255, 255]]);
    const both = functional([lambda('math.multiply'), ['input', 0, 0, { y: ['input', 0, 0] }]]);
    await expect(read(both)).rejects.toMatchObject({ code: 'OPERATOR_UNSUPPORTED' });
    const unknown = functional([lambda('math.sin'), ['input', 0, 0, {}]]);
    await expect(read(unknown)).rejects.toMatchObject({
      code: 'OPERATOR_UNSUPPORTED',
      message: expect.stringMatching(/math\.sin/),
    });
    const divided = functional([lambda('math.truediv'), ['_CONSTANT_VALUE', -1, 255, { y: ['input', 0, 0] }]]);
    await expect(read(divided)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  test('Keras 3: operations', async () => {
    const tensor = (name: string) => ({ class_name: '__keras_tensor__', config: { keras_history: [name, 0, 0] } });
    const model = functional(
      [layer('TrueDivide'), { args: [tensor('input'), 127.5], kwargs: {} }],
      [
        layer('Subtract'),
        { args: [tensor('l0'), { class_name: '__numpy__', config: { value: [1, 1, 1] } }], kwargs: {} },
      ],
    );
    expect(await affinesOf(model)).toMatchObject({ range: '0..255' });
    const sum = functional([layer('Add'), { args: [1, tensor('input')], kwargs: {} }]);
    expect(await affinesOf(sum)).toMatchObject({ affines: [[1, 1, 1, 1, 1, 1]] });
    const product = functional([layer('Multiply'), { args: [[tensor('input'), tensor('input')]], kwargs: {} }]);
    await expect(read(product)).rejects.toMatchObject({ code: 'OPERATOR_UNSUPPORTED' });
  });
});
