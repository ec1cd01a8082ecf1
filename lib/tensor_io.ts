/** Between the types of a model's own input and output and the float32 values that the engine computes with. */
import { MobileNetEdgeError } from './errors';
import { elementCount, type Tensor, type TensorData } from './graph';
import { integerRange } from './passes/dequantize';
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
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * 0;
  return sum === 0;
}

function invalid(message: string): MobileNetEdgeError {
  return new MobileNetEdgeError('TENSOR_INVALID', message);
}

/** The real values of a tensor in the model's own type, in a new array. */
export function toReal(values: TensorData, { quantization }: Tensor): Float32Array {
  if (values instanceof Float32Array || !quantization) return Float32Array.from(values);
  const { scale, zeroPoint } = quantization;
  return Float32Array.from(values, (q) => (q - zeroPoint[0]) * scale[0]);
}

/** Real values in the model's own type: the nearest level, ties to even, clamped to the type's range. */
export function fromReal(values: Float32Array, { type, quantization }: Tensor): TensorValues {
  if (type !== 'uint8' && type !== 'int8') return values;
  const [low, high] = integerRange(type);
  const scale = quantization?.scale[0] ?? 1;
  const zeroPoint = quantization?.zeroPoint[0] ?? 0;
  const levels = new ARRAY_OF[type](values.length);
  values.forEach((value, i) => {
    levels[i] = Math.min(high, Math.max(low, roundHalfEven(value / scale) + zeroPoint));
  });
  return levels;
}
