/** Every operator and form of the TFLite reader, on files written by the tests. */
import { describe, expect, test } from 'vitest';
import { readModelFile } from '../../lib/node/read_model_file';
import { expectError, readGraph, readNode } from '../fixtures/read_tflite';
import { CONV, constant, DEPTHWISE, ints, oneOperator, ramp, smallFloatNetwork } from '../fixtures/small_tflite';
import { buildTflite, type TestModel, type TestOperator, type TestTensor } from '../fixtures/tflite_builder';

test('a small float network: nodes, shapes, values, names', async () => {
  const {
    input,
    outputs: [output],
    nodes,
  } = await readGraph(smallFloatNetwork());
  expect(nodes.map(({ op }) => op)).toEqual(['conv2d', 'depthwise_conv2d', 'add', 'pool', 'dense', 'softmax']);
  expect(input).toMatchObject({ name: 'picture', shape: [1, 9, 7, 3], type: 'float32' });
  expect(output).toMatchObject({ name: 'probabilities', shape: [1, 5] });
  const [conv, depthwise, add, pool, dense, softmax] = nodes as never[] as Record<string, never>[];
  expect(conv).toMatchObject({
    name: 'conv',
    clamp: { min: 0, max: 6 },
    filter: { data: ramp(216) },
    bias: { data: ramp(8) },
  });
  expect(conv.window).toEqual({
    kernel: [3, 3],
    stride: [2, 2],
    dilation: [1, 1],
    padding: { top: 1, left: 1, bottom: 1, right: 1 },
  });
  expect(depthwise).toMatchObject({
    clamp: { min: 0, max: Number.POSITIVE_INFINITY },
    filter: { shape: [1, 3, 3, 8] },
  });
  expect(add.inputs).toEqual([nodes[0].output, nodes[1].output]);
  expect(pool).toMatchObject({ kind: 'average', source: 'mean', window: { kernel: [5, 4] } });
  expect(dense).toMatchObject({ filter: { shape: [5, 8] }, bias: { shape: [5] } });
  expect(softmax).toMatchObject({ beta: 1 });
});

test('operator codes in the old byte only, data after the flatbuffer, bytes at odd offsets: the same graph', async () => {
  const expected = await readGraph(smallFloatNetwork());
  expect(await readGraph({ ...smallFloatNetwork(), legacyCodes: true })).toEqual(expected);
  const model = smallFloatNetwork();
  for (const tensor of model.tensors) tensor.external = tensor.data !== undefined;
  expect(await readGraph(model)).toEqual(expected);
  const bytes = buildTflite(smallFloatNetwork());
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect((await readModelFile(shifted.subarray(3))).graph).toEqual(expected);
  expect((await readModelFile(Buffer.from(bytes))).graph).toEqual(expected);
  expect((await readModelFile(bytes.buffer as ArrayBuffer)).graph).toEqual(expected);
});

describe('padding', () => {
  // [input, kernel, stride, dilation] -> [output, before, after], from TensorFlow's definition of SAME.
  test.each([
    [
      [7, 3, 1, 1],
      [7, 1, 1],
    ],
    [
      [7, 3, 2, 1],
      [4, 1, 1],
    ],
    [
      [8, 3, 2, 1],
      [4, 0, 1],
    ],
    [
      [8, 2, 1, 1],
      [8, 0, 1],
    ],
    [
      [9, 5, 3, 1],
      [3, 1, 1],
    ],
    [
      [9, 3, 1, 2],
      [9, 2, 2],
    ],
    [
      [5, 1, 2, 1],
      [3, 0, 0],
    ],
  ])('SAME %j', async ([size, kernel, stride, dilation], [made, before, after]) => {
    const options: TestOperator['options'] = [
      CONV,
      [0, 'int8', 0],
      [1, 'int32', stride],
      [2, 'int32', stride],
      [4, 'int32', dilation],
      [5, 'int32', dilation],
    ];
    const filter = constant([1, kernel, kernel, 1]);
    const { window } = await readNode(
      'conv2d',
      oneOperator('CONV_2D', [1, size, size, 1], [1, made, made, 1], [filter], options),
    );
    expect(window.padding).toEqual({ top: before, left: before, bottom: after, right: after });
  });

  test('VALID, with unequal strides, kernels and dilations in the right order', async () => {
    const options: TestOperator['options'] = [
      CONV,
      [0, 'int8', 1],
      [1, 'int32', 3],
      [2, 'int32', 2],
      [4, 'int32', 1],
      [5, 'int32', 2],
    ];
    // height: reach 5 of 9, stride 2 -> 3; width: reach 2 of 9, stride 3 -> 3
    const model = oneOperator('CONV_2D', [1, 9, 9, 1], [1, 3, 3, 1], [constant([1, 3, 2, 1])], options);
    expect((await readNode('conv2d', model)).window).toEqual({
      kernel: [3, 2],
      stride: [2, 3],
      dilation: [2, 1],
      padding: { top: 0, left: 0, bottom: 0, right: 0 },
    });
  });

  test('a window larger than the picture is refused', async () => {
    const options: TestOperator['options'] = [CONV, [0, 'int8', 1], [1, 'int32', 1], [2, 'int32', 1]];
    const model = oneOperator('CONV_2D', [1, 2, 2, 1], [1, 1, 1, 1], [constant([1, 3, 3, 1])], options);
    await expectError(model, 'MODEL_INVALID', /3x3 window does not fit 2x2/);
  });
});

test('a depth multiplier', async () => {
  const options: TestOperator['options'] = [DEPTHWISE, [1, 'int32', 1], [2, 'int32', 1], [3, 'int32', 4]];
  const model = oneOperator('DEPTHWISE_CONV_2D', [1, 5, 5, 2], [1, 5, 5, 8], [constant([1, 3, 3, 8])], options);
  expect((await readNode('depthwise_conv2d', model)).filter.shape).toEqual([1, 3, 3, 8]);
});

test('pools', async () => {
  const options: TestOperator['options'] = [
    5,
    [0, 'int8', 1],
    [1, 'int32', 2],
    [2, 'int32', 1],
    [3, 'int32', 2],
    [4, 'int32', 3],
  ];
  const window = { kernel: [3, 2], stride: [1, 2] };
  expect(await readNode('pool', oneOperator('MAX_POOL_2D', [1, 5, 4, 3], [1, 3, 2, 3], [], options))).toMatchObject({
    kind: 'max',
    source: 'pool',
    window,
  });
  expect(await readNode('pool', oneOperator('AVERAGE_POOL_2D', [1, 5, 4, 3], [1, 3, 2, 3], [], options))).toMatchObject(
    {
      kind: 'average',
      source: 'pool',
      window,
    },
  );
});

test('MEAN and REDUCE_MAX over height and width, with kept dimensions and negative axes', async () => {
  const keep: TestOperator['options'] = [27, [0, 'int8', 1]];
  const mean = await readNode('pool', oneOperator('MEAN', [1, 5, 4, 3], [1, 1, 1, 3], [ints(-2, -3)], keep));
  expect(mean).toMatchObject({ kind: 'average', source: 'mean', window: { kernel: [5, 4] } });
  const max = await readNode('pool', oneOperator('REDUCE_MAX', [1, 5, 4, 3], [1, 3], [ints(1, 2)]));
  expect(max).toMatchObject({ kind: 'max', source: 'mean' });
  await expectError(oneOperator('MEAN', [1, 5, 4, 3], [1, 5, 4], [ints(3)]), 'OPERATOR_UNSUPPORTED', /MEAN.*axes 3/);
});

describe('arithmetic with constants', () => {
  test.each([
    ['ADD', 11, [2], [1, 1, 1], [2, 2, 2]],
    ['MUL', 21, [2, 3, 4], [2, 3, 4], [0, 0, 0]],
    ['SUB', 28, [2, 3, 4], [1, 1, 1], [-2, -3, -4]],
    ['DIV', 29, [2, 4, 8], [0.5, 0.25, 0.125], [0, 0, 0]],
  ])('%s', async (kind, type, values, scale, shift) => {
    const operand = constant([values.length], Float32Array.from(values));
    const node = await readNode('affine', oneOperator(kind, [1, 2, 2, 3], [1, 2, 2, 3], [operand], [type]));
    expect([...node.scale]).toEqual(scale);
    expect([...node.shift]).toEqual(shift);
  });

  test('a constant on the left, and a fused activation', async () => {
    const model = oneOperator(
      'SUB',
      [1, 2, 2, 1],
      [1, 2, 2, 1],
      [constant([1], Float32Array.of(5))],
      [28, [0, 'int8', 3]],
    );
    model.operators[0].inputs = [2, 0];
    const { nodes } = await readGraph(model);
    expect(nodes).toMatchObject([
      { op: 'affine', scale: Float64Array.of(-1), shift: Float64Array.of(5) },
      { op: 'activation', clamp: { min: 0, max: 6 }, output: { name: 'out' } },
    ]);
  });

  test('what is not one constant a channel, a constant dividend, and a product of activations are refused', async () => {
    const perPixel = oneOperator('MUL', [1, 2, 2, 3], [1, 2, 2, 3], [constant([1, 2, 2, 3])], [21]);
    await expectError(perPixel, 'OPERATOR_UNSUPPORTED', /MUL.*one constant a channel/);
    const dividend = oneOperator('DIV', [1, 2, 2, 1], [1, 2, 2, 1], [constant([1])], [29]);
    dividend.operators[0].inputs = [2, 0];
    await expectError(dividend, 'OPERATOR_UNSUPPORTED', /DIV.*dividend/);
    const product = oneOperator('MUL', [1, 2, 2, 1], [1, 2, 2, 1]);
    product.operators[0].inputs = [0, 0];
    await expectError(product, 'OPERATOR_UNSUPPORTED', /MUL.*two activations/);
    const byZero = oneOperator('DIV', [1, 2, 2, 1], [1, 2, 2, 1], [constant([1], Float32Array.of(0))], [29]);
    await expectError(byZero, 'MODEL_INVALID', /divides by 0/);
  });
});

test.each([
  ['RELU', 0, Number.POSITIVE_INFINITY],
  ['RELU6', 0, 6],
  ['RELU_N1_TO_1', -1, 1],
  ['RELU_0_TO_1', 0, 1],
])('%s', async (kind, min, max) => {
  expect((await readNode('activation', oneOperator(kind, [1, 2, 2, 3], [1, 2, 2, 3]))).clamp).toEqual({ min, max });
});

test('LOGISTIC; SOFTMAX with its beta', async () => {
  await readNode('sigmoid', oneOperator('LOGISTIC', [1, 1, 1, 3], [1, 1, 1, 3]));
  const softmax = oneOperator('SOFTMAX', [1, 1, 1, 3], [1, 1, 1, 3], [], [9, [0, 'float32', 0.5]]);
  expect((await readNode('softmax', softmax)).beta).toBe(0.5);
  await expectError(oneOperator('SOFTMAX', [1, 1, 1, 3], [1, 1, 1, 3], [], [9]), 'MODEL_INVALID', /SOFTMAX.*beta/);
});

describe('shapes', () => {
  const longs: TestTensor = { shape: [2], type: 'INT64', data: BigInt64Array.of(1n, 24n) };
  test.each<[string, string, number[], number[], TestTensor[], TestOperator['options']]>([
    ['RESHAPE by a tensor', 'RESHAPE', [1, 2, 3, 4], [1, 24], [ints(-1, 24)], undefined],
    ['RESHAPE by its options', 'RESHAPE', [1, 2, 3, 4], [1, 24], [], [17, [0, 'int32s', [1, -1]]]],
    ['RESHAPE by 64-bit integers', 'RESHAPE', [1, 2, 3, 4], [1, 24], [longs], undefined],
    ['SQUEEZE of named axes', 'SQUEEZE', [1, 1, 1, 4], [1, 4], [], [30, [0, 'int32s', [1, -2]]]],
    ['SQUEEZE of all axes', 'SQUEEZE', [1, 1, 1, 4], [4], [], undefined],
  ])('%s', async (_name, kind, from, to, constants, options) => {
    const node = await readNode('reshape', oneOperator(kind, from, to, constants, options));
    expect(node.output.shape).toEqual(to);
  });

  test('EXPAND_DIMS after SQUEEZE', async () => {
    const model: TestModel = {
      tensors: [{ shape: [1, 1, 1, 4] }, { shape: [1, 4] }, { shape: [1, 1, 4] }, ints(-2)],
      operators: [
        { kind: 'SQUEEZE', inputs: [0], outputs: [1], options: [30, [0, 'int32s', [1, 2]]] },
        { kind: 'EXPAND_DIMS', inputs: [1, 3], outputs: [2] },
      ],
      outputs: [2],
    };
    expect((await readGraph(model)).outputs[0].shape).toEqual([1, 1, 4]);
  });

  test('a shape that converters compute from a free batch: SHAPE, STRIDED_SLICE, PACK, RESHAPE', async () => {
    const model: TestModel = {
      tensors: [
        { shape: [1, 2, 2, 3], signature: [-1, 2, 2, 3] },
        { name: 'shape', shape: [4], type: 'INT32' },
        ints(0),
        ints(1),
        ints(1),
        { name: 'batch', shape: [], type: 'INT32' },
        { shape: [], type: 'INT32', data: Int32Array.of(12) },
        { name: 'packed', shape: [2], type: 'INT32' },
        { shape: [1, 12], signature: [-1, 12] },
      ],
      operators: [
        { kind: 'SHAPE', inputs: [0], outputs: [1] },
        { kind: 'STRIDED_SLICE', inputs: [1, 2, 3, 4], outputs: [5], options: [32, [4, 'int32', 1]] },
        { kind: 'PACK', inputs: [5, 6], outputs: [7], options: [59, [0, 'int32', 2]] },
        { kind: 'RESHAPE', inputs: [0, 7], outputs: [8] },
      ],
      outputs: [8],
    };
    const { nodes } = await readGraph(model);
    expect(nodes).toMatchObject([{ op: 'reshape', output: { shape: [1, 12] } }]);
  });

  test('PAD and PADV2 of zeros', async () => {
    const amounts: TestTensor = { shape: [4, 2], type: 'INT32', data: Int32Array.of(0, 0, 1, 2, 3, 4, 0, 0) };
    const padding = { top: 1, bottom: 2, left: 3, right: 4 };
    expect((await readNode('pad', oneOperator('PAD', [1, 5, 5, 2], [1, 8, 12, 2], [amounts]))).padding).toEqual(
      padding,
    );
    const zero = constant([], Float32Array.of(0));
    expect((await readNode('pad', oneOperator('PADV2', [1, 5, 5, 2], [1, 8, 12, 2], [amounts, zero]))).padding).toEqual(
      padding,
    );
    const one = constant([], Float32Array.of(1));
    await expectError(
      oneOperator('PADV2', [1, 5, 5, 2], [1, 8, 12, 2], [amounts, one]),
      'OPERATOR_UNSUPPORTED',
      /PADV2.*zeros/,
    );
    const channels: TestTensor = { ...amounts, data: Int32Array.of(0, 0, 0, 0, 0, 0, 0, 1) };
    await expectError(
      oneOperator('PAD', [1, 5, 5, 2], [1, 5, 5, 3], [channels]),
      'OPERATOR_UNSUPPORTED',
      /height and width/,
    );
  });
});

describe('resizing', () => {
  test.each(['RESIZE_BILINEAR', 'RESIZE_NEAREST_NEIGHBOR'])('%s to the same size changes nothing', async (kind) => {
    const { nodes } = await readGraph(oneOperator(kind, [1, 5, 4, 3], [1, 5, 4, 3], [ints(5, 4)]));
    expect(nodes).toMatchObject([{ op: 'reshape' }]);
    await expectError(
      oneOperator(kind, [1, 5, 4, 3], [1, 4, 5, 3], [ints(4, 5)]),
      'OPERATOR_UNSUPPORTED',
      /changes nothing.*4x5.*5x4/,
    );
    await expectError(oneOperator(kind, [1, 5, 4, 3], [1, 5, 4, 3], [ints(5)]), 'MODEL_INVALID', /height and width/);
  });
});
