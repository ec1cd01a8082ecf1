/** A model in memory, told by its content. */
import { steadyBytesOf } from '../base/bytes';
import { MobileNetEdgeError } from '../base/errors';
import { recognizeFormat } from './recognize_format';
import type { ReadOptions } from './shared/files_beside';
import type { ModelFile } from './shared/model_file';
import { ARCHIVE_TAIL, notSupported } from './shared/refusal';
import { readTflite } from './tflite/read_tflite';

/** Reads the bytes of a `.tflite` file. Rejects as readModelFile does. */
export async function readModelBytes(source: Uint8Array, options: ReadOptions = {}): Promise<ModelFile> {
  // A plain view: the methods of a Node Buffer differ.
  const bytes = steadyBytesOf(source);
  if (recognizeFormat(bytes) === 'json') {
    // Loaded for the files that it reads: code costs memory.
    (await import('./tfjs/read_tfjs.js')).parseModelJson(bytes, 'The given bytes', options.budget);
    throw new MobileNetEdgeError(
      'INVALID_ARGUMENT',
      'Expected the bytes of a .tflite file but received JSON: a tfjs model needs its weights too, so pass its model.json where these lie beside it, or { modelTopology, weightSpecs, weightData }',
    );
  }
  if (recognizeFormat(bytes) !== 'tflite') throw notSupported('The given bytes', bytes, bytes.subarray(-ARCHIVE_TAIL));
  return readTflite(bytes, options);
}
