/** Bytes on every platform. */

// By tag, not by instanceof: arrays of another realm (Node's vm, an iframe) are arrays too.
export const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

interface TypedArrays {
  Float32Array: Float32Array;
  Float64Array: Float64Array;
  Int8Array: Int8Array;
  Uint8Array: Uint8Array;
  Uint8ClampedArray: Uint8ClampedArray;
  Int16Array: Int16Array;
  Uint16Array: Uint16Array;
  Int32Array: Int32Array;
}

/** Whether `value` is a typed array of that kind, of any realm, over memory of any kind. A Buffer is a Uint8Array. */
export function isTypedArray<Kind extends keyof TypedArrays>(value: unknown, kind: Kind): value is TypedArrays[Kind] {
  return ArrayBuffer.isView(value) && tagOf(value) === `[object ${kind}]`;
}

/** Whether `value` is a URL of any realm. */
export function isUrl(value: unknown): value is URL {
  return typeof value === 'object' && value !== null && tagOf(value) === '[object URL]';
}

export function isUint8Array(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && tagOf(value) === '[object Uint8Array]';
}

export function isUint8ClampedArray(value: unknown): value is Uint8ClampedArray {
  return ArrayBuffer.isView(value) && tagOf(value) === '[object Uint8ClampedArray]';
}

/** An ArrayBuffer or a SharedArrayBuffer. */
export function isBuffer(value: unknown): value is ArrayBuffer {
  return ['[object ArrayBuffer]', '[object SharedArrayBuffer]'].includes(tagOf(value));
}

/** The bytes of a view or a buffer, not copied. */
export function bytesOf(source: ArrayBufferView | ArrayBuffer): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}

export function concatenate(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
