/** From what a user loads to what can be sent to a worker. */

import { bytesOf, isBlob, isBuffer, isUint8Array, isUrl } from '../base/bytes';
import { MobileNetEdgeError } from '../base/errors';
import type { TfjsArtifacts } from '../formats/tfjs/read_tfjs';
import { isGraph } from '../model/assemble_model';
import type { Graph } from '../ops';
import { absoluteUrl } from './absolute_url';
import type { SentModel } from './protocol';
import { type SavableModel, saveLayersModel } from './tfjs_layers_model';

/**
 * A URL (of a `.tflite` file or a tfjs `model.json`, its weights beside it), a File, Blob or the bytes of a `.tflite`
 * file, the Files of a tfjs model, a tfjs layers model in memory (`tf.LayersModel`, or its artifacts), or a Graph.
 */
export type ModelSource =
  | string
  | URL
  | Blob
  | readonly Blob[]
  | Uint8Array
  | ArrayBuffer
  | TfjsArtifacts
  | SavableModel
  | Graph;

/** Rejects with INVALID_ARGUMENT. */
export async function sendableModel(source: ModelSource): Promise<SentModel> {
  if (typeof source === 'string' || isUrl(source)) {
    const problem = (cause: unknown) =>
      new MobileNetEdgeError('INVALID_ARGUMENT', `Expected the URL of a model but received ${source}`, { cause });
    return { kind: 'url', url: absoluteUrl(source, problem) };
  }
  // Copied here, since sending a view would send all of its buffer.
  if (isUint8Array(source)) return { kind: 'bytes', bytes: Uint8Array.from(source) };
  if (isBuffer(source)) return { kind: 'bytes', bytes: bytesOf(source) };
  if (isBlob(source)) return { kind: 'files', files: [source] };
  if (Array.isArray(source) && source.every(isBlob)) return { kind: 'files', files: source };
  if (isGraph(source)) return { kind: 'graph', graph: source };
  if (typeof source === 'object' && source !== null) {
    if ('modelTopology' in source) return { kind: 'artifacts', artifacts: onlyArtifacts(source) };
    if ('save' in source) return { kind: 'artifacts', artifacts: onlyArtifacts(await saveLayersModel(source)) };
  }
  throw new MobileNetEdgeError(
    'INVALID_ARGUMENT',
    `Expected a model as a URL, a File or Blob, the bytes of a model file, a tfjs layers model or { modelTopology, weightSpecs, weightData } but received ${source === null ? 'null' : typeof source}`,
  );
}

/** Without what cannot be sent: artifacts may come with functions. */
function onlyArtifacts({ modelTopology, weightSpecs, weightsManifest, weightData }: TfjsArtifacts): TfjsArtifacts {
  const plain = <T>(json: T): T => (json === undefined ? json : JSON.parse(JSON.stringify(json)));
  return {
    modelTopology: plain(modelTopology),
    weightSpecs: plain(weightSpecs),
    weightsManifest: plain(weightsManifest),
    weightData,
  };
}
