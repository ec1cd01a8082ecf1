/**
 * The formats of model files that are read. A new one is a folder with its row and its reader, and a line here; readers
 * are loaded for the files that they read, since code costs memory.
 */
import type { Format, Signs } from './shared/format';
import { TFJS_LAYERS } from './tfjs/format';
import { TFLITE } from './tflite/format';

/** In the order in which they are asked. */
const ROWS = [TFLITE, TFJS_LAYERS] as const;

export const FORMATS: readonly (Format & { name: FormatName })[] = ROWS;

export type FormatName = (typeof ROWS)[number]['name'];

/** The format of a file that has these signs; undefined: none that is read. */
export function recognizeFormat(signs: Signs) {
  return FORMATS.find((format) => format.recognize(signs));
}

/** '.tflite files, tfjs layers models and ONNX models'. */
export function supportedFiles(): string {
  const files = FORMATS.map((format) => format.files);
  return [files.slice(0, -1).join(', '), ...files.slice(-1)].join(' and ');
}
