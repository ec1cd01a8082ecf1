/** A model in memory, told by its content. */

import { MobileNetEdgeError } from '../errors';
import { modelInvalid, modelUnsupported } from './failures';
import type { ReadOptions } from './files_beside';
import type { ModelFile } from './model_file';
import { recognizeFormat } from './recognize_format';
import { readTflite } from './tflite';

export const SUPPORTED = 'Supported are .tflite files and tfjs layers models (model.json with its weights)';

/** Reads the bytes of a `.tflite` file. Rejects as readModelFile does. */
export async function readModelBytes(source: Uint8Array, options: ReadOptions = {}): Promise<ModelFile> {
  // A buffer that was transferred away has no bytes either.
  if (source.byteLength === 0) throw modelInvalid('No bytes are not a model: expected those of a .tflite file');
  // A plain view: the methods of a Node Buffer differ.
  const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (recognizeFormat(bytes) === 'json') {
    // Loaded for the files that it reads: code costs memory.
    const { parseJson } = await import('./tfjs.js');
    parseJson(bytes, 'The given bytes', options.budget);
    throw new MobileNetEdgeError(
      'INVALID_ARGUMENT',
      'Expected the bytes of a .tflite file but received JSON: a tfjs model needs its weights too, so pass the path of its model.json or { modelTopology, weightSpecs, weightData }',
    );
  }
  if (recognizeFormat(bytes) !== 'tflite') throw notSupported(bytes, 'The given bytes');
  return readTflite(bytes, options);
}

/** Why what begins with `head` is not read. */
export function notSupported(head: Uint8Array, name: string): MobileNetEdgeError {
  const format = recognizeFormat(head);
  if (typeof format === 'object') return modelUnsupported(`${name}: this is ${format.unsupported}. ${SUPPORTED}`);
  const start = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return modelInvalid(`${name}: what begins with '${start}' is not a model. ${SUPPORTED}`);
}
