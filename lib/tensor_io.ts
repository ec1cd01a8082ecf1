/** Between real values, the types of a model's own input and output, and what the engine's arena holds. */

import { formOf } from './compile/quantized';
import { MobileNetEdgeError } from './errors';
import { elementCount, integerRange, type Tensor } from './graph';
import { PORT_ARRAYS, type PortType, type PortValues } from './program/program';
import { roundHalfEven } from './rounding';

/** What `predict` takes and gives: values in the model's own type, dense NHWC. */
export type TensorValues = Float32Array | Uint8Array | Int8Array;

const ARRAY_OF = { float32: Float32Array, uint8: Uint8Array, int8: Int8Array, int32: Int32Array } as const;

/** Throws TENSOR_INVALID unless `values` has the type and length of `tensor` and only finite numbers. */
export function checkTensor(values: unknown, tensor: Tensor): asserts values is TensorValues {
  const expected = ARRAY_OF[tensor.type];
  const length = elementCount(tensor.shape);
  const shape = tensor.shape.join('x');
  if (!(values instanceof expected)) {
    const received = (values as object | null | undefined)?.constructor?.name ?? String(values);
    throw invalid(`Expected a ${expected.name} of ${length} values (${shape}) but received ${received}`);
  }
  if (values.length !== length) {
    throw invalid(`Expected ${length} values (${shape}) but received ${values.length}`);
  }
  if (values instanceof Float32Array && !allFinite(values)) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    throw invalid(`Expected finite numbers but received ${values[at]} at index ${at}`);
  }
}

/** A tenth of the time of asking every value: 0 * x is NaN for what is not finite, and NaN stays in a sum. */
function allFinite(values: Float32Array): boolean {
  // Two sums, for one would wait for every addition.
  let even = 0;
  let odd = 0;
  for (let i = 1; i < values.length; i += 2) {
    even += values[i - 1] * 0;
    odd += values[i] * 0;
  }
  const last = values.length % 2 ? values[values.length - 1] * 0 : 0;
  return even + odd + last === 0;
}

function invalid(message: string): MobileNetEdgeError {
  return new MobileNetEdgeError('TENSOR_INVALID', message);
}

/** The real values of a tensor in the model's own type, in a new array. */
export function toReal(values: TensorValues, { quantization }: Tensor): Float32Array {
  if (values instanceof Float32Array || !quantization) return Float32Array.from(values);
  const zero = quantization.zeroPoint[0];
  const scale = quantization.scale[0];
  const reals = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) reals[i] = (values[i] - zero) * scale;
  return reals;
}

/** Real values in the model's own type: the nearest level, ties to even, clamped to the type's range. */
export function fromReal(values: Float32Array, { type, quantization }: Tensor): TensorValues {
  if (type !== 'uint8' && type !== 'int8') return values;
  const [low, high] = integerRange(type);
  const scale = quantization?.scale[0] ?? 1;
  const zero = quantization?.zeroPoint[0] ?? 0;
  const levels = new ARRAY_OF[type](values.length);
  for (let i = 0; i < values.length; i++) {
    levels[i] = Math.min(high, Math.max(low, roundHalfEven(values[i] / scale) + zero));
  }
  return levels;
}

/** Values of the model's own type as the engine's arena holds them, in a new array. */
export function toArena(values: TensorValues, tensor: Tensor, type: PortType): PortValues {
  return type === 'float32'
    ? toReal(values, tensor)
    : shifted(values, new PORT_ARRAYS[type](values.length), formOf(tensor, type).shift);
}

/** What the arena holds, in the model's own type. */
export function fromArena(values: PortValues, tensor: Tensor): TensorValues {
  if (values instanceof Float32Array) return fromReal(values, tensor);
  const type = values instanceof Int16Array ? 'int16' : values instanceof Int8Array ? 'int8' : 'uint8';
  const { shift } = formOf(tensor, type);
  return shifted(values, new ARRAY_OF[tensor.type as 'uint8' | 'int8'](values.length), -shift);
}

/** The real values of what the arena holds. */
export function arenaToReal(values: PortValues, tensor: Tensor): Float32Array {
  return values instanceof Float32Array ? values : toReal(fromArena(values, tensor), tensor);
}

function shifted<To extends PortValues | TensorValues>(from: ArrayLike<number>, to: To, shift: number): To {
  for (let i = 0; i < from.length; i++) to[i] = from[i] + shift;
  return to;
}
