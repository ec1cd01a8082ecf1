/** Between real values, the types of a model's own input and output, and what the engine's arena holds. */

import { isTypedArray } from '../base/bytes';
import { MobileNetEdgeError } from '../base/errors';
import { allFinite } from '../base/finite';
import { floatsToHalves, halfToFloat } from '../base/half_float';
import { roundHalfEven } from '../base/rounding';
import { formOf } from '../compile/quantized';
import { elementCount, integerRange, type Tensor } from '../graph/graph';
import { PORT_ARRAYS, type PortType, type PortValues } from '../program/program';

/** What `predict` takes and gives: values in the model's own type, dense NHWC. */
export type TensorValues = Float32Array | Uint8Array | Int8Array;

const ARRAY_OF = { uint8: Uint8Array, int8: Int8Array } as const;
const KIND_OF = { float32: 'Float32Array', uint8: 'Uint8Array', int8: 'Int8Array', int32: 'Int32Array' } as const;

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

/** The real values of a tensor in the model's own type, in a new array. */
export function toReal(values: TensorValues, { quantization }: Tensor): Float32Array {
  if (isTypedArray(values, 'Float32Array') || !quantization) return Float32Array.from(values);
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

/** Values of the model's own type as the engine's arena holds them: themselves if that is the same, else in a new array. */
export function toArena(values: TensorValues, tensor: Tensor, type: PortType): PortValues {
  if (type === 'float32') return isTypedArray(values, 'Float32Array') ? values : toReal(values, tensor);
  if (type === 'float16') return floatsToHalves(toReal(values, tensor));
  return type === tensor.type ? values : shifted(values, type, formOf(tensor, type).shift);
}

/** What the arena holds, in the model's own type: the same array if that is the same. */
export function fromArena(values: PortValues, tensor: Tensor): TensorValues {
  if (isTypedArray(values, 'Float32Array')) return fromReal(values, tensor);
  if (isTypedArray(values, 'Uint16Array')) return fromReal(Float32Array.from(values, halfToFloat), tensor);
  const type = isTypedArray(values, 'Int16Array') ? 'int16' : isTypedArray(values, 'Int8Array') ? 'int8' : 'uint8';
  if (type === tensor.type) return values as TensorValues;
  return shifted(values, tensor.type as 'uint8' | 'int8', -formOf(tensor, type).shift);
}

/** The real values of what the arena holds. */
export function arenaToReal(values: PortValues, tensor: Tensor): Float32Array {
  if (isTypedArray(values, 'Float32Array')) return values;
  if (isTypedArray(values, 'Uint16Array')) return Float32Array.from(values, halfToFloat);
  return toReal(fromArena(values, tensor), tensor);
}

type IntegerType = 'uint8' | 'int8' | 'int16';
type IntegerValues<Type extends IntegerType> = InstanceType<(typeof PORT_ARRAYS)[Type]>;

/** Integers plus `shift` as `type`, which holds them all. */
function shifted<Type extends IntegerType>(from: PortValues, type: Type, shift: number): IntegerValues<Type> {
  const to = new PORT_ARRAYS[type](from.length);
  for (let i = 0; i < from.length; i++) to[i] = from[i] + shift;
  return to as IntegerValues<Type>;
}
