/** Between real values and the types of a model's own input and outputs. */

import { isTypedArray } from '../base/bytes';
import { MobileNetEdgeError } from '../base/errors';
import { allFinite } from '../base/finite';
import { roundHalfEven } from '../base/rounding';
import { elementCount, integerRange, type Tensor, type TensorValues } from '../graph/graph';

const ARRAY_OF = { uint8: Uint8Array, int8: Int8Array } as const;
const KIND_OF = {
  float32: 'Float32Array',
  float16: 'Float32Array',
  uint8: 'Uint8Array',
  int8: 'Int8Array',
  int32: 'Int32Array',
} as const;

/**
 * Throws TENSOR_INVALID unless `values` has the type and length of `tensor` and only finite numbers, which an engine may
 * tell faster.
 */
export function checkTensor(values: unknown, tensor: Tensor, areFinite = allFinite): asserts values is TensorValues {
  const length = elementCount(tensor.shape);
  const shape = tensor.shape.join('x');
  if (!isTypedArray(values, KIND_OF[tensor.type])) {
    const received = (values as object | null | undefined)?.constructor?.name ?? String(values);
    throw invalid(`Expected a ${KIND_OF[tensor.type]} of ${length} values (${shape}) but received ${received}`);
  }
  if (values.length !== length) {
    throw invalid(`Expected ${length} values (${shape}) but received ${values.length}`);
  }
  if (isTypedArray(values, 'Float32Array') && !areFinite(values)) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    throw invalid(`Expected finite numbers but received ${values[at]} at index ${at}`);
  }
}

function invalid(message: string): MobileNetEdgeError {
  return new MobileNetEdgeError('TENSOR_INVALID', message);
}

/** The real values of a tensor: the same array if it holds those. */
export function toReal(values: TensorValues, { quantization }: Tensor): Float32Array {
  if (isTypedArray(values, 'Float32Array')) return values;
  if (!quantization) return Float32Array.from(values);
  const zero = quantization.zeroPoint[0];
  const scale = quantization.scale[0];
  const reals = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) reals[i] = (values[i] - zero) * scale;
  return reals;
}

/** Real values in the tensor's type, the same array if that is float32: the nearest level, ties to even, clamped to the type's range. */
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

/** Values of a tensor, in its own type or as reals, as the one that is wanted: the same array if they are that. */
export function toType(values: TensorValues, tensor: Tensor, wanted: Tensor['type']): TensorValues {
  return wanted === 'float32'
    ? toReal(values, tensor)
    : isTypedArray(values, 'Float32Array')
      ? fromReal(values, tensor)
      : values;
}
