/** Tells what a file is by its first bytes, never by its name. */
import { HEAD_LENGTH } from './shared/known_files';
import { IDENTIFIER } from './tflite/schema';

/** `head` is the begin of a file; undefined: no format that is read. */
export function recognizeFormat(head: Uint8Array): 'tflite' | 'json' | undefined {
  const start = String.fromCharCode(...head.subarray(0, HEAD_LENGTH));
  if (start.startsWith(IDENTIFIER, 4)) return 'tflite';
  if (/^[{[]/.test(start.replace('\xef\xbb\xbf', '').trimStart())) return 'json';
  return undefined;
}
