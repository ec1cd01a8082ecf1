/** Bytes of a file as typed arrays, and what every weight must be. */
import { isTypedArray } from '../../base/bytes';
import { allFinite } from '../../base/finite';
import type { TensorData } from '../../graph/graph';
import { modelInvalid } from './failures';

type NumberArray<T> = {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
};

/** Little-endian values in `bytes`: a view where the alignment allows it, else a copy. */
export function typedView<T>(type: NumberArray<T>, bytes: Uint8Array): T {
  const width = type.BYTES_PER_ELEMENT;
  const source = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  return new type(source.buffer, source.byteOffset, source.byteLength / width);
}

/** Throws MODEL_INVALID if a float is NaN or infinite. */
export function checkFinite(data: TensorData, name: string): void {
  if (!isTypedArray(data, 'Float32Array') || allFinite(data)) return;
  throw modelInvalid(`Expected the values of ${name} to be finite but some are NaN or infinite`);
}
