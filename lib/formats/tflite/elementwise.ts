/** TFLite's elementwise operators: sums of activations, arithmetic with constants, activation functions, quantization. */

import { type Clamp, elementCount, type Tensor } from '../../graph/graph';
import * as ops from '../../ops';
import type { UnaryName } from '../../program/unary';
import { shapeInGraph } from './layout';
import { CLAMPS, type TfliteOperator } from './operator';
import { ARITHMETIC_OPTIONS, SOFTMAX_OPTIONS } from './schema';

type Arithmetic = keyof typeof ARITHMETIC_OPTIONS;

/** Constants as one real number for each channel of `input`. */
function perChannel(op: TfliteOperator, constant: Tensor, input: Tensor): Float64Array {
  const channels = input.shape[input.shape.length - 1];
  const count = elementCount(constant.shape);
  const shape = shapeInGraph(constant.shape, op.layout);
  const fits =
    constant.shape.length <= input.shape.length &&
    (count === 1 || (count === channels && shape[shape.length - 1] === channels));
  if (!fits) {
    const shapes = `[${constant.shape.join(', ')}] and [${input.shape.join(', ')}]`;
    throw op.unsupported(`is supported with one constant a channel only, not of ${shapes}`);
  }
  const values = op.tensors.real(constant).data!;
  op.tensors.budget.spendBytes(channels * 3 * Float64Array.BYTES_PER_ELEMENT, op.name);
  const each = new Float64Array(channels);
  if (count === 1) return each.fill(values[0]);
  each.set(values);
  return each;
}

function addActivations(op: TfliteOperator, clamp: Clamp): void {
  const [a, b] = [op.inputInAnyLayout(0), op.inputInAnyLayout(1)];
  const [first, second] = [0, 1].map((position) => op.layoutOf(position)?.join());
  if (first !== second) throw op.unsupported('is not supported between activations whose axes are in different orders');
  op.graph.push(ops.add(op, [a, b], clamp));
}

/** y = x * scale + shift with one number for each channel; `left` means constant - x. */
function affineOf(kind: Arithmetic, values: Float64Array, left: boolean): { scale: Float64Array; shift: Float64Array } {
  const none = new Float64Array(values.length);
  switch (kind) {
    case 'ADD':
      return { scale: none.fill(1), shift: values };
    case 'SUB':
      return left
        ? { scale: none.fill(-1), shift: values }
        : { scale: none.fill(1), shift: values.map((value) => -value) };
    case 'MUL':
      return { scale: values, shift: none };
    case 'DIV':
      return { scale: values.map((value) => 1 / value), shift: none };
  }
}

export function readArithmetic(op: TfliteOperator): void {
  const kind = op.kind as Arithmetic;
  const clamp = op.clamp(op.options(ARITHMETIC_OPTIONS[kind]).int8(0));
  const [left, right] = [op.isConstant(0), op.isConstant(1)];
  if (left !== right) pushWithConstant(op, kind, left, clamp);
  else if (kind === 'ADD' && !left) addActivations(op, clamp);
  else throw op.unsupported(`is not supported between two ${left ? 'constants' : 'activations'}`);
}

function pushWithConstant(op: TfliteOperator, kind: Arithmetic, left: boolean, clamp: Clamp): void {
  if (kind === 'DIV' && left) throw op.unsupported('is not supported with a constant dividend');
  const input = op.inputInAnyLayout(left ? 1 : 0);
  const values = perChannel(op, op.constant(left ? 0 : 1), input);
  const { scale, shift } = affineOf(kind, values, left);
  if (!scale.every(Number.isFinite)) throw op.invalid('divides by 0');
  op.graph.push(...ops.affine(op, { input, source: kind, scale, shift, clamp }));
}

export function readActivation(op: TfliteOperator): void {
  op.graph.push(ops.activation(op, op.inputInAnyLayout(), CLAMPS[op.kind]!));
}

export function readSoftmax(op: TfliteOperator): void {
  const beta = op.options(SOFTMAX_OPTIONS.type).float32(SOFTMAX_OPTIONS.beta);
  if (!(Number.isFinite(beta) && beta > 0)) throw op.invalid(`expects a beta above 0 but it is ${beta}`);
  op.graph.push(ops.softmax(op, op.input(), beta));
}

/** Functions of one value, by the operators' names. */
const FUNCTIONS: Record<string, UnaryName> = { HARD_SWISH: 'hard_swish', LOGISTIC: 'sigmoid' };

function readUnary(op: TfliteOperator): void {
  op.graph.push(ops.unary(op, op.inputInAnyLayout(), FUNCTIONS[op.kind]));
}

export const UNARY_OPERATORS = Object.fromEntries(Object.keys(FUNCTIONS).map((kind) => [kind, readUnary]));

/** QUANTIZE: to integers, from float32 or from other integers. */
export function readQuantize(op: TfliteOperator): void {
  const { output } = op.graph.push(ops.requantize(op, op.inputInAnyLayout()));
  if (output.type === 'float32') throw op.invalid('should make integers but makes float32');
}

/** DEQUANTIZE: to float32; of constants (float16 weights too) when the model is read. */
export function readDequantize(op: TfliteOperator): void {
  if (op.isConstant(0)) foldDequantize(op);
  else pushDequantize(op);
}

function foldDequantize(op: TfliteOperator): void {
  const constant = op.constant(0);
  if (constant.type === 'int32') throw op.unsupported('is not supported for int32 constants');
  op.fold({ shape: constant.shape, type: 'float32', data: op.tensors.real(constant).data });
}

function pushDequantize(op: TfliteOperator): void {
  const {
    inputs: [input],
    output,
  } = op.graph.push(ops.requantize(op, op.inputInAnyLayout()));
  if (input.type === 'float32' || output.type !== 'float32') {
    throw op.invalid(`should make float32 of integers but makes ${output.type} of ${input.type}`);
  }
}
