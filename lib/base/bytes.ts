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

/** Reads what a typed array is from its internal slot: no realm, subclass or own property deceives it. */
const typedArrayTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!
  .get as () => keyof TypedArrays | undefined;

/** Which typed array `value` is, of any realm, over memory of any kind; undefined if it is none. A Buffer is a Uint8Array. */
export function typedArrayKind(value: unknown): keyof TypedArrays | undefined {
  return typedArrayTag.call(value);
}

/** Whether `value` is a typed array of that kind. */
export function isTypedArray<Kind extends keyof TypedArrays>(value: unknown, kind: Kind): value is TypedArrays[Kind] {
  return typedArrayKind(value) === kind;
}

/** Whether `value` is an Error or DOMException of any realm. */
export function isError(value: unknown): value is Error {
  return ['[object Error]', '[object DOMException]'].includes(tagOf(value));
}

/** What an error says; of anything else that was thrown, its text. */
export function messageOf(cause: unknown): string {
  return isError(cause) ? cause.message : String(cause);
}

/** Whether `value` is a Blob or File of any realm. */
export function isBlob(value: unknown): value is Blob {
  return ['[object Blob]', '[object File]'].includes(tagOf(value));
}

/** Whether `value` is a URL of any realm. */
export function isUrl(value: unknown): value is URL {
  return typeof value === 'object' && value !== null && tagOf(value) === '[object URL]';
}

export function isUint8Array(value: unknown): value is Uint8Array {
  return isTypedArray(value, 'Uint8Array');
}

export function isUint8ClampedArray(value: unknown): value is Uint8ClampedArray {
  return isTypedArray(value, 'Uint8ClampedArray');
}

/** An ArrayBuffer or a SharedArrayBuffer. */
export function isBuffer(value: unknown): value is ArrayBuffer {
  return ['[object ArrayBuffer]', '[object SharedArrayBuffer]'].includes(tagOf(value));
}

/** What may be transferred of a view: its buffer, unless threads share that. */
export function transferableBuffers({ buffer }: ArrayBufferView): ArrayBuffer[] {
  return tagOf(buffer) === '[object ArrayBuffer]' ? [buffer as ArrayBuffer] : [];
}

/** The bytes of a view or a buffer, not copied: none if they were transferred away or their buffer has been shrunk. */
export function bytesOf(source: ArrayBufferView | ArrayBuffer): Uint8Array {
  try {
    return ArrayBuffer.isView(source)
      ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source);
  } catch {
    // Of what is not there no view can be made, and a DataView has no length.
    return new Uint8Array();
  }
}

/** The same where they take time to read: a copy of those that another thread may write, or anybody resize. */
export function steadyBytesOf(source: ArrayBufferView | ArrayBuffer): Uint8Array {
  const bytes = bytesOf(source);
  const { buffer } = bytes as { buffer: ArrayBufferLike & { resizable?: boolean } };
  return tagOf(buffer) === '[object SharedArrayBuffer]' || buffer.resizable ? Uint8Array.from(bytes) : bytes;
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
