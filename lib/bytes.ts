/** Bytes on every platform. */

// By tag, not by instanceof: arrays of another realm (Node's vm, an iframe) are arrays too.
export const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

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
