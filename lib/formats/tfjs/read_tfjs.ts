/** The reader of tfjs layers models: model.json with its weight files, or the same in memory. */

import { bytesOf, concatenate, isBuffer, isUint8Array, steadyBytesOf } from '../../base/bytes';
import { MobileNetEdgeError, throwIfAborted } from '../../base/errors';
import { inTurns } from '../../base/phase';
import { readingKerasModel } from '../keras/model';
import type { FilesBeside, ReaderOptions } from '../shared/files_beside';
import type { RecognizedFile } from '../shared/format';
import { parseJson } from '../shared/json_file';
import { arrayOf, isObject, objectOf, stringOf } from '../shared/json_value';
import type { ModelContent } from '../shared/model_file';
import { TEACHABLE_MACHINE } from '../shared/teachable_machine';
import { parseManifest, readWeightFiles } from './weight_files';
import { parseWeightSpecs, TfjsWeights } from './weights';

/** A tfjs layers model in memory, as `tf.io` handlers give it. */
export interface TfjsArtifacts {
  modelTopology: object;
  /** Either these or `weightsManifest` (in which paths are ignored). */
  weightSpecs?: readonly object[];
  weightsManifest?: readonly object[];
  /** All weights in the order of the specs; several buffers are laid end to end. */
  weightData: ArrayBuffer | Uint8Array | readonly (ArrayBuffer | Uint8Array)[];
}

/** It has kilobytes. */
const LARGEST_METADATA = 1 << 24;

/** Teachable Machine's metadata.json: the labels, and the picture cropped to a square and scaled to -1..1. */
async function readMetadata(
  beside: FilesBeside,
  options: ReaderOptions,
): Promise<Pick<ModelContent, 'labels' | 'preprocess'>> {
  const bytes = await beside.readIfPresent('metadata.json', { signal: options.signal, limit: LARGEST_METADATA });
  if (!bytes) return {};
  const metadata = parseJson(bytes, 'metadata.json', options.budget);
  const where = 'metadata.json: labels';
  const { labels, packageName } = metadata;
  const isOfTeachableMachine =
    'tmVersion' in metadata || (typeof packageName === 'string' && packageName.includes('teachablemachine'));
  return {
    labels:
      labels === undefined || options.withoutLabels
        ? undefined
        : arrayOf(labels, where).map((label) => stringOf(label, where)),
    preprocess: isOfTeachableMachine ? TEACHABLE_MACHINE : undefined,
  };
}

/** Rejects as Format.read does. */
export async function readTfjs({ name, json, beside }: RecognizedFile, options: ReaderOptions): Promise<ModelContent> {
  if (!beside) {
    throw new MobileNetEdgeError(
      'INVALID_ARGUMENT',
      'Expected the bytes of a whole model but received JSON: a tfjs model needs its weights too, so pass its model.json where these lie beside it, or { modelTopology, weightSpecs, weightData }',
    );
  }
  const { budget, signal } = options;
  const { modelTopology, weightsManifest } = objectOf(json, name);
  objectOf(modelTopology, `${name}: modelTopology`);
  const groups = parseManifest(weightsManifest, name);
  const weights = new TfjsWeights(
    groups.flatMap(({ specs }) => specs),
    await readWeightFiles(name, groups, beside, options),
    budget,
  );
  const metadata = await readMetadata(beside, options);
  throwIfAborted(signal);
  const graph = await inTurns(readingKerasModel(modelTopology, weights, budget), signal);
  return { graph, ...metadata };
}

function concatenated(weightData: unknown): Uint8Array {
  const pieces = (Array.isArray(weightData) ? weightData : [weightData]).map((piece: unknown) => {
    if (isBuffer(piece) || isUint8Array(piece)) return bytesOf(piece);
    throw new MobileNetEdgeError(
      'INVALID_ARGUMENT',
      `Expected weightData as an ArrayBuffer, a Uint8Array or an array of them but received ${piece === null ? 'null' : typeof piece}`,
    );
  });
  return pieces.length === 1 ? steadyBytesOf(pieces[0]) : concatenate(pieces);
}

/** Rejects as Format.read does. */
export async function readTfjsArtifacts(
  artifacts: TfjsArtifacts,
  { budget, signal }: ReaderOptions,
): Promise<ModelContent> {
  if (!isObject(artifacts.modelTopology) || !(artifacts.weightSpecs ?? artifacts.weightsManifest)) {
    throw new MobileNetEdgeError(
      'INVALID_ARGUMENT',
      'Expected { modelTopology, weightSpecs or weightsManifest, weightData }',
    );
  }
  const specs = artifacts.weightSpecs
    ? parseWeightSpecs(artifacts.weightSpecs, 'weightSpecs')
    : parseManifest(artifacts.weightsManifest, 'The given model').flatMap((group) => group.specs);
  const weights = new TfjsWeights(specs, concatenated(artifacts.weightData), budget);
  return { graph: await inTurns(readingKerasModel(artifacts.modelTopology, weights, budget), signal) };
}
