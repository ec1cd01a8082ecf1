/** Arithmetic with constants in Keras models: what `preprocess_input` inside a model is saved as. */

import { describe } from '../../base/expect';
import type { Tensor } from '../../graph/graph';
import * as ops from '../../ops';
import { isObject } from '../shared/json_value';
import type { ConstantOperand } from './calls';
import type { KerasLayer } from './layer';

/** y = scale * x + shift for each value of the constant; `left` means that the constant is the left operand. */
type Affine = (value: number, left: boolean) => [scale: number, shift: number];

const add: Affine = (value) => [1, value];
const subtract: Affine = (value, left) => (left ? [-1, value] : [1, -value]);
const multiply: Affine = (value) => [value, 0];
const divide: Affine = (value, left) => (left ? [Number.NaN, Number.NaN] : [1 / value, 0]);

/** Keras 3's operations by class name; `Add` is a layer's name too, of two tensors. */
export const OPERATIONS: Record<string, Affine> = {
  Divide: divide,
  Multiply: multiply,
  Subtract: subtract,
  TrueDivide: divide,
};

/** The functions of TensorFlow that Keras 2 wraps as TFOpLambda, by their names under `tf`. */
const FUNCTIONS: Record<string, Affine> = {
  '__operators__.add': add,
  'math.add': add,
  'math.divide': divide,
  'math.multiply': multiply,
  'math.subtract': subtract,
  'math.truediv': divide,
  'nn.bias_add': add,
};

export function pushAffine(layer: KerasLayer, input: Tensor, scale: Float64Array, shift: Float64Array): Tensor {
  if (!scale.every(Number.isFinite) || !shift.every(Number.isFinite))
    throw layer.invalid('has values that are NaN or infinite');
  return layer.graph.push(...ops.affine(layer, { input, source: layer.kind, scale, shift })).output;
}

function pushOperation(layer: KerasLayer, input: Tensor, constants: ConstantOperand[], affine: Affine): Tensor {
  if (constants.length !== 1) throw layer.unsupported('is supported between a tensor and a constant only');
  const [{ value, isLeft }] = constants;
  // Keras 3 writes arrays of numpy as { class_name: '__numpy__', config: { value } }.
  const plain = isObject(value) && isObject(value.config) ? value.config.value : value;
  const channels = input.shape[input.shape.length - 1];
  const scale = layer.perChannel(plain, channels, 'the constant');
  const shift = scale.slice();
  for (let c = 0; c < channels; c++) [scale[c], shift[c]] = affine(scale[c], isLeft);
  return pushAffine(layer, input, scale, shift);
}

export function readOperation(layer: KerasLayer, [input]: Tensor[], constants: ConstantOperand[]): Tensor {
  return pushOperation(layer, input, constants, layer.kind === 'Add' ? add : OPERATIONS[layer.kind]);
}

export function readTfFunction(layer: KerasLayer, [input]: Tensor[], constants: ConstantOperand[]): Tensor {
  const name = layer.config.function;
  if (name === 'cast') return input;
  if (typeof name !== 'string' || !Object.hasOwn(FUNCTIONS, name)) {
    throw layer.unsupported(`is not supported with the function ${describe(name)}`);
  }
  return pushOperation(layer, input, constants, FUNCTIONS[name]);
}
