/** Tells what a file is by its first bytes, never by its name. */
import { IDENTIFIER } from './tflite_schema';

export type RecognizedFormat = 'tflite' | 'json' | { unsupported: string } | undefined;

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

/** safetensors: the length of a JSON header in 8 bytes, then the header. */
function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 10 || ascii(bytes, 8, 9) !== '{') return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  return length >= 2n && length < 2n ** 27n;
}

/** ONNX is a protobuf: ir_version (field 1, 3 and up in practice), then one of fields 2 to 8. */
function isOnnx(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x08 && bytes[1] >= 3 && bytes[1] < 32 && [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(bytes[2])
  );
}

/** How many bytes `recognizeFormat` wants. */
export const HEAD_LENGTH = 64;

/** `head` is the begin of a file; undefined: nothing we know of. */
export function recognizeFormat(head: Uint8Array): RecognizedFormat {
  const start = ascii(head, 0, 8);
  if (ascii(head, 4, 8) === IDENTIFIER) return 'tflite';
  if (start === '\x89HDF\r\n\x1a\n') return { unsupported: 'an HDF5 file (a Keras .h5 model)' };
  if (start.startsWith('PK\x03\x04')) return { unsupported: 'a zip archive (a Keras .keras or PyTorch model)' };
  if (isSafetensors(head)) return { unsupported: 'a safetensors file' };
  if (start.startsWith('\x08\x01\x12')) return { unsupported: 'a TensorFlow SavedModel' };
  if (isOnnx(head)) return { unsupported: 'an ONNX model' };
  if (/^(\xef\xbb\xbf)?\s*[{[]/.test(ascii(head, 0, HEAD_LENGTH))) return 'json';
  return undefined;
}
