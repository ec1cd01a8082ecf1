/** Quantized TFLite files: parameters kept, checked, and folded where a constant is dequantized. */
import { describe, expect, test } from 'vitest';
import { simplify } from '../../lib/passes/simplify';
import { expectError, readGraph, readNode } from '../fixtures/read_tflite';
import { CONV, constant, ints, oneOperator, smallInt8Network } from '../fixtures/small_tflite';
import type { TestModel, TestTensor } from '../fixtures/tflite_builder';

describe('quantization', () => {
  test('int8 per channel: scales, axis and integers stay', async () => {
    const { input, nodes } = await readGraph(smallInt8Network());
    expect(input).toMatchObject({ type: 'int8', quantization: { zeroPoint: Int32Array.of(-128) } });
    expect(nodes[0]).toMatchObject({
      filter: {
        type: 'int8',
        data: Int8Array.of(1, -2, 3, -4, 5, -6, 7, -8),
        quantization: { scale: Float32Array.of(0.25, 0.125), zeroPoint: new Int32Array(2), axis: 0 },
      },
      bias: { type: 'int32', data: Int32Array.of(1000, -1000) },
      output: { type: 'int8', quantization: { scale: Float32Array.of(0.5), zeroPoint: Int32Array.of(-3) } },
    });
  });

  const spoil = (change: (model: TestModel) => void): TestModel => {
    const model = smallInt8Network();
    change(model);
    return model;
  };
  test.each<[string, (model: TestModel) => void, RegExp]>([
    ['a zero scale', ({ tensors }) => (tensors[1].quantization!.scale = [0]), /scales above 0/],
    [
      'a zero point outside the type',
      ({ tensors }) => (tensors[1].quantization!.zeroPoint = [128]),
      /zero points of -128..127/,
    ],
    [
      'too few scales',
      ({ tensors }) => (tensors[2].quantization = { scale: [1, 1, 1], zeroPoint: [0, 0, 0], axis: 0 }),
      /one scale for each index/,
    ],
    [
      'scales along the wrong axis',
      ({ tensors }) => (tensors[2].quantization = { scale: [1, 1, 1, 1], zeroPoint: [0, 0, 0, 0], axis: 3 }),
      /along axis 0/,
    ],
    ['fewer zero points than scales', ({ tensors }) => (tensors[2].quantization!.zeroPoint = [0]), /2 zero points/],
    ['no scale for an activation', ({ tensors }) => (tensors[1].quantization = undefined), /one scale/],
    [
      'several scales for an activation',
      ({ tensors }) => (tensors[1].quantization = { scale: [1, 1], zeroPoint: [0, 0], axis: 3 }),
      /one scale/,
    ],
    ['no scale for the bias', ({ tensors }) => (tensors[3].quantization = undefined), /bias has no scale/],
    [
      'a bias in other steps',
      ({ tensors }) => {
        tensors[2].quantization = { scale: [0.25], zeroPoint: [0] };
        tensors[3].quantization = { scale: [0.25 / 255 + 0.011], zeroPoint: [0] };
      },
      /bias scale/,
    ],
  ])('%s is refused', async (_name, change, message) => {
    await expectError(spoil(change), 'MODEL_INVALID', message);
  });

  test('QUANTIZE and DEQUANTIZE of activations', async () => {
    const quantization = { scale: [0.5], zeroPoint: [3] };
    const model: TestModel = {
      tensors: [{ shape: [1, 2, 2, 1] }, { shape: [1, 2, 2, 1], type: 'UINT8', quantization }, { shape: [1, 2, 2, 1] }],
      operators: [
        { kind: 'QUANTIZE', inputs: [0], outputs: [1] },
        { kind: 'DEQUANTIZE', inputs: [1], outputs: [2] },
      ],
      outputs: [2],
    };
    const { nodes } = await readGraph(model);
    expect(nodes).toMatchObject([
      {
        op: 'requantize',
        output: { type: 'uint8', quantization: { scale: Float32Array.of(0.5), zeroPoint: Int32Array.of(3) } },
      },
      { op: 'requantize', output: { type: 'float32' } },
    ]);
  });

  /** A convolution whose filter goes through DEQUANTIZE. */
  const dequantized = (filter: TestTensor): TestModel => {
    const model = oneOperator(
      'CONV_2D',
      [1, 2, 2, 2],
      [1, 2, 2, 2],
      [filter, { shape: [2, 1, 1, 2] }],
      [CONV, [1, 'int32', 1], [2, 'int32', 1]],
    );
    model.operators = [
      { kind: 'DEQUANTIZE', inputs: [2], outputs: [3] },
      { ...model.operators[0], inputs: [0, 3, -1] },
    ];
    return model;
  };

  test('float16 weights through DEQUANTIZE become float32 constants', async () => {
    // 1, -2, 2^-24 (the smallest subnormal), 65504 (the largest)
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff);
    const node = await readNode('conv2d', dequantized(constant([2, 1, 1, 2], halves, { type: 'FLOAT16' })));
    expect(node.filter).toMatchObject({ type: 'float32', data: Float32Array.of(1, -2, 2 ** -24, 65504) });
    expect(node.bias).toBeUndefined();
    const infinite = constant([2, 1, 1, 2], Uint16Array.of(0x7c00, 0, 0, 0), { type: 'FLOAT16' });
    await expectError(dequantized(infinite), 'MODEL_INVALID', /finite/);
  });

  test('int8 weights of a float layer become float32: by DEQUANTIZE when the file is read, else by the passes', async () => {
    const filter = constant([2, 1, 1, 2], Int8Array.of(1, 2, 3, 4), {
      type: 'INT8',
      quantization: { scale: [0.5, 2], zeroPoint: [0, 1], axis: 0 },
    });
    const expected = { type: 'float32', data: Float32Array.of(0.5, 1, 4, 6) };
    expect((await readNode('conv2d', dequantized(filter))).filter).toMatchObject(expected);
    const hybrid = oneOperator(
      'CONV_2D',
      [1, 2, 2, 2],
      [1, 2, 2, 2],
      [filter],
      [CONV, [1, 'int32', 1], [2, 'int32', 1]],
    );
    expect((await readNode('conv2d', hybrid)).filter).toMatchObject({ type: 'int8', data: Int8Array.of(1, 2, 3, 4) });
    for (const precision of ['float32', 'int8'] as const)
      expect(simplify(await readGraph(hybrid), precision).nodes[0]).toMatchObject({ filter: expected });
  });

  test('a reshape that changes the scale is refused', async () => {
    const model = oneOperator('RESHAPE', [1, 1, 1, 4], [1, 4], [ints(1, 4)]);
    Object.assign(model.tensors[0], { type: 'UINT8', quantization: { scale: [1], zeroPoint: [0] } });
    Object.assign(model.tensors[1], { type: 'UINT8', quantization: { scale: [2], zeroPoint: [0] } });
    await expectError(model, 'OPERATOR_UNSUPPORTED', /RESHAPE.*changes the quantization/);
  });
});
