/** The reader of tfjs layers models: model.json with its weight files, or the same in memory. */

import { Budget } from '../budget';
import { concatenate, isBuffer, isUint8Array } from '../bytes';
import { MobileNetEdgeError, throwIfAborted } from '../errors';
import { inTurns } from '../phase';
import { modelInvalid, modelUnsupported } from './failures';
import type { FilesBeside, ReadOptions } from './files_beside';
import { arrayOf, isObject, type JsonObject, objectOf, stringOf } from './json_value';
import { readingKerasModel } from './keras_model';
import type { ModelFile } from './model_file';
import { parseWeightSpecs, storedBytes, TfjsWeights, type WeightSpec } from './tfjs_weights';

/** A tfjs layers model in memory, as `tf.io` handlers give it. */
export interface TfjsArtifacts {
  modelTopology: object;
  /** Either these or `weightsManifest` (in which paths are ignored). */
  weightSpecs?: readonly object[];
  weightsManifest?: readonly object[];
  /** All weights in the order of the specs; several buffers are laid end to end. */
  weightData: ArrayBuffer | Uint8Array | readonly (ArrayBuffer | Uint8Array)[];
}

/** What parsed JSON takes at most, of its text: arrays and objects of nothing are the worst. */
const JSON_FACTOR = 16;
/** What opening a file costs, in small parts. */
const FILE_PARTS = 64;

/** Throws MODEL_INVALID unless `bytes` is the UTF-8 text of a JSON object. */
export function parseJson(bytes: Uint8Array, name: string, budget = new Budget()): JsonObject {
  budget.spendBytes(JSON_FACTOR * bytes.length, name);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw modelInvalid(`${name}: expected JSON but ${(cause as Error).message}`, cause);
  }
  return objectOf(value, name);
}

function checkIsLayersModel(model: JsonObject, name: string): void {
  const topology = objectOf(model.modelTopology, `${name}: modelTopology`);
  if (model.format === 'graph-model' || Array.isArray(topology.node)) {
    throw modelUnsupported(
      `${name} is a tfjs graph model; only layers models are supported. Convert the original model to .tflite or, from Keras, to a layers model`,
    );
  }
}

interface Group {
  paths: string[];
  specs: WeightSpec[];
}

function parseManifest(value: unknown, name: string): Group[] {
  return arrayOf(value, `${name}: weightsManifest`).map((entry, i) => {
    const where = `${name}: weightsManifest[${i}]`;
    const { paths, weights } = objectOf(entry, where);
    const specs = parseWeightSpecs(weights, `${where}.weights`);
    return { paths: arrayOf(paths ?? [], `${where}.paths`).map((path) => stringOf(path, `${where}.paths`)), specs };
  });
}

/** Weight files lie beside model.json or below. */
function checkIsBeside(json: string, path: string): void {
  let depth = 0;
  const leaves = path.split(/[/\\]/).some((part) => (depth += part === '..' ? -1 : part === '.' || !part ? 0 : 1) < 0);
  if (leaves || /^([/\\]|\w+:)/.test(path)) {
    throw modelInvalid(`${json}: expected weight files beside it but received ${path}`);
  }
}

async function readWeights(
  json: string,
  groups: readonly Group[],
  beside: FilesBeside,
  options: ReadOptions,
): Promise<Uint8Array> {
  const total = groups.reduce((sum, { specs }) => sum + storedBytes(specs), 0);
  const pieces: Uint8Array[] = [];
  let done = 0;
  for (const { paths, specs } of groups) {
    const groupEnd = done + storedBytes(specs);
    for (const path of paths) {
      checkIsBeside(json, path);
      options.budget?.spendParts(FILE_PARTS, 'files');
      const piece = await beside.read(path, {
        signal: options.signal,
        onBytes: (read) => options.onProgress?.(Math.min(1, (done + read) / Math.max(total, 1))),
        limit: groupEnd - done + 1,
      });
      pieces.push(piece);
      done += piece.length;
      if (done > groupEnd) break;
    }
    if (done !== groupEnd) {
      const received = done > groupEnd ? 'more' : `${storedBytes(specs) - (groupEnd - done)}`;
      throw modelInvalid(
        `Expected ${storedBytes(specs)} bytes of weights in ${paths.join(', ')} but received ${received}`,
      );
    }
  }
  return concatenate(pieces);
}

/** Teachable Machine's metadata.json: the labels, and the picture cropped to a square and scaled to -1..1. */
async function readMetadata(
  beside: FilesBeside,
  options: ReadOptions,
): Promise<Pick<ModelFile, 'labels' | 'preprocess'>> {
  const bytes = await beside.readIfPresent('metadata.json', { signal: options.signal });
  if (!bytes) return {};
  const metadata = parseJson(bytes, 'metadata.json', options.budget);
  const where = 'metadata.json: labels';
  const { labels, packageName } = metadata;
  const isTeachableMachine =
    'tmVersion' in metadata || (typeof packageName === 'string' && packageName.includes('teachablemachine'));
  return {
    labels: labels === undefined ? undefined : arrayOf(labels, where).map((label) => stringOf(label, where)),
    preprocess: isTeachableMachine ? { crop: 'cover', resize: 'bilinear', range: '-1..1' } : undefined,
  };
}

/** `json` is the name of a model.json, `bytes` what is in it. Rejects as readModelFile does. */
export async function readTfjsFiles(
  json: string,
  bytes: Uint8Array,
  beside: FilesBeside,
  options: ReadOptions,
): Promise<ModelFile> {
  const { budget = new Budget() } = options;
  const model = parseJson(bytes, json, budget);
  checkIsLayersModel(model, json);
  const groups = parseManifest(model.weightsManifest, json);
  const weights = new TfjsWeights(
    groups.flatMap(({ specs }) => specs),
    await readWeights(json, groups, beside, options),
    budget,
  );
  const metadata = await readMetadata(beside, options);
  throwIfAborted(options.signal);
  const graph = await inTurns(readingKerasModel(model.modelTopology, weights, budget), options.signal);
  return { format: 'tfjs-layers', graph, ...metadata };
}

function concatenated(weightData: unknown): Uint8Array {
  const pieces = (Array.isArray(weightData) ? weightData : [weightData]).map((piece: unknown) => {
    if (isBuffer(piece)) return new Uint8Array(piece);
    if (isUint8Array(piece)) return piece;
    throw new MobileNetEdgeError(
      'INVALID_ARGUMENT',
      `Expected weightData as an ArrayBuffer, a Uint8Array or an array of them but received ${piece === null ? 'null' : typeof piece}`,
    );
  });
  return pieces.length === 1
    ? new Uint8Array(pieces[0].buffer, pieces[0].byteOffset, pieces[0].byteLength)
    : concatenate(pieces);
}

/** Rejects as readModelFile does. */
export async function readTfjsArtifacts(artifacts: TfjsArtifacts, options: ReadOptions = {}): Promise<ModelFile> {
  const { budget = new Budget(), signal } = options;
  const name = 'The given model';
  checkIsLayersModel({ ...artifacts }, name);
  if (!isObject(artifacts.modelTopology) || !(artifacts.weightSpecs ?? artifacts.weightsManifest)) {
    throw new MobileNetEdgeError(
      'INVALID_ARGUMENT',
      'Expected { modelTopology, weightSpecs or weightsManifest, weightData }',
    );
  }
  const specs = artifacts.weightSpecs
    ? parseWeightSpecs(artifacts.weightSpecs, 'weightSpecs')
    : parseManifest(artifacts.weightsManifest, name).flatMap((group) => group.specs);
  const weights = new TfjsWeights(specs, concatenated(artifacts.weightData), budget);
  const graph = await inTurns(readingKerasModel(artifacts.modelTopology, weights, budget), signal);
  return { format: 'tfjs-layers', graph };
}
