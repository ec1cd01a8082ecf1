/** TFLite files that are refused, each with the code and the words that help. */
import { describe, test } from 'vitest';
import { expectError } from '../fixtures/read_tflite';
import { CONV, constant, oneOperator, ramp, smallFloatNetwork } from '../fixtures/small_tflite';
import type { TestModel, TestOperator, TestTensor } from '../fixtures/tflite_builder';

describe('what is not supported is named', () => {
  test.each<[string, TestOperator['kind'], RegExp]>([
    ['a builtin', 'L2_NORMALIZATION', /Operator 0 \(L2_NORMALIZATION\)/],
    ['a new builtin', 'GELU', /GELU/],
    ['a builtin newer than the schema', 999, /builtin operator 999/],
    ['a custom operator', { custom: 'TFLite_Detection_PostProcess' }, /custom operator 'TFLite_Detection_PostProcess'/],
  ])('%s', async (_name, kind, message) => {
    await expectError(oneOperator(kind, [1, 2, 2, 1], [1, 2, 2, 1]), 'OPERATOR_UNSUPPORTED', message);
  });

  test('all of several', async () => {
    const model = smallFloatNetwork();
    model.operators[1].kind = 'TRANSPOSE_CONV';
    model.operators[4].kind = 'LSTM';
    await expectError(model, 'OPERATOR_UNSUPPORTED', /Operator 1 \(TRANSPOSE_CONV\) is not supported; nor are LSTM/);
  });

  test('a fused activation', async () => {
    const options: TestOperator['options'] = [CONV, [1, 'int32', 1], [2, 'int32', 1], [3, 'int8', 4]];
    const model = oneOperator('CONV_2D', [1, 2, 2, 1], [1, 2, 2, 1], [constant([1, 1, 1, 1])], options);
    await expectError(model, 'OPERATOR_UNSUPPORTED', /CONV_2D, out\).*TANH/);
  });

  test('a convolution in groups', async () => {
    const options: TestOperator['options'] = [CONV, [1, 'int32', 1], [2, 'int32', 1]];
    const model = oneOperator('CONV_2D', [1, 2, 2, 4], [1, 2, 2, 4], [constant([4, 1, 1, 2])], options);
    await expectError(model, 'OPERATOR_UNSUPPORTED', /CONV_2D.*groups/);
  });

  test('types', async () => {
    const bool = oneOperator('RELU', [1, 2, 2, 1], [1, 2, 2, 1]);
    bool.tensors[1].type = 'INT16';
    await expectError(bool, 'MODEL_UNSUPPORTED', /INT16/);
  });
});

describe('models that are not one picture in, one vector out', () => {
  test.each<[string, (model: TestModel) => void, RegExp]>([
    ['two inputs', (model) => (model.inputs = [0, 3]), /one input but it has 2/],
    ['no output', (model) => (model.outputs = []), /with an output but it has none/],
    [
      'a batch of 2',
      ({ tensors }) => Object.assign(tensors[0], { shape: [2, 9, 7, 3], signature: undefined }),
      /\[1, height, width, channels\]/,
    ],
    ['a free size', ({ tensors }) => (tensors[0].signature = [1, -1, -1, 3]), /fixed size/],
    ['a vector', ({ tensors }) => Object.assign(tensors[0], { shape: [1, 189], signature: undefined }), /\[1, 189\]/],
    ['another schema', (model) => (model.version = 4), /version 3/],
  ])('%s', async (_name, change, message) => {
    const model = smallFloatNetwork();
    change(model);
    await expectError(model, 'MODEL_UNSUPPORTED', message);
  });
});

describe('inconsistent files', () => {
  test.each<[string, (model: TestModel) => void, RegExp]>([
    [
      'a promised shape that is not made',
      ({ tensors }) => (tensors[6].shape = [1, 5, 5, 8]),
      /makes \[1, 5, 4, 8\] but/,
    ],
    ['too little data', ({ tensors }) => (tensors[1].data = ramp(215)), /864|860 bytes/],
    [
      'weights that do not fit the input',
      ({ tensors }) => Object.assign(tensors[1], { shape: [8, 3, 3, 2], data: ramp(144) }),
      /expects 2 channels/,
    ],
    ['too few biases', ({ tensors }) => Object.assign(tensors[2], { shape: [7], data: ramp(7) }), /8 biases/],
    ['weights that are not numbers', ({ tensors }) => ((tensors[1].data as Float32Array)[3] = Number.NaN), /finite/],
    ['an operator before its input is made', ({ operators }) => operators.reverse(), /made before it/],
    ['a tensor made twice', ({ operators }) => operators.push(operators[0]), /made already/],
    ['a tensor that does not exist', ({ operators }) => (operators[0].inputs[0] = 99), /index below 14/],
    ['a missing operand', ({ operators }) => (operators[0].inputs = [0]), /lacks operand 1/],
    ['options of another operator', ({ operators }) => (operators[0].options![0] = 9), /options of another/],
    ['a stride of 0', ({ operators }) => (operators[0].options![1] = [1, 'int32', 0]), /stride/],
    ['an output that is the input', (model) => (model.outputs = [0]), /no operator/],
    ['an output that nothing makes', (model) => (model.operators.length = 5), /made before it/],
  ])('%s', async (_name, change, message) => {
    const model = smallFloatNetwork();
    change(model);
    await expectError(model, 'MODEL_INVALID', message);
  });

  test('an activation of gigabytes is refused before anything is allocated', async () => {
    const amounts: TestTensor = { shape: [4, 2], type: 'INT32', data: Int32Array.of(0, 0, 0, 65000, 0, 65000, 0, 0) };
    await expectError(oneOperator('PAD', [1, 5, 5, 2], [1, 65005, 65005, 2], [amounts]), 'MODEL_UNSUPPORTED', /2\^26/);
  });
});
