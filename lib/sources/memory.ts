/** Bytes that a program holds, in whatever it holds them. */
import { bytesOf, isBuffer, typedArrayKind } from '../base/bytes';

/** A Buffer is a Uint8Array. Arrays of other numbers hold tensors, not files. */
export type BytesInMemory = Uint8Array | Uint8ClampedArray | Int8Array | DataView | ArrayBuffer | SharedArrayBuffer;

/**
 * The bytes, not copied unless they are a Buffer that went through JSON; none of memory that was transferred away.
 * Undefined where `source` is nothing of that kind.
 */
export function memoryBytes(source: unknown): Uint8Array | undefined {
  if (isBuffer(source)) return bytesOf(source);
  if (!ArrayBuffer.isView(source)) return jsonBytes(source);
  const kind = typedArrayKind(source);
  if (kind === 'Uint8Array') return source as Uint8Array;
  if (kind !== undefined && kind !== 'Uint8ClampedArray' && kind !== 'Int8Array') return undefined;
  return bytesOf(source);
}

/** `{ type: 'Buffer', data: [...] }`, which JSON makes of a Buffer. */
function jsonBytes(source: unknown): Uint8Array | undefined {
  const { type, data } = Object(source) as { type?: unknown; data?: unknown };
  if (type !== 'Buffer' || !Array.isArray(data)) return undefined;
  return data.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256) ? Uint8Array.from(data) : undefined;
}
