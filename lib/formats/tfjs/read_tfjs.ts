/** The reader of tfjs layers models: model.json with its weight files, or the same in memory. */

import { Budget } from '../../base/budget';
import { bytesOf, concatenate, isBuffer, isUint8Array, steadyBytesOf } from '../../base/bytes';
import { MobileNetEdgeError, throwIfAborted } from '../../base/errors';
import { describe, excerpt } from '../../base/expect';
import { inTurns } from '../../base/phase';
import { readingKerasModel } from '../keras/model';
import { parseWeightSpecs, storedBytes, TfjsWeights, type WeightSpec } from '../keras/weights';
import { modelInvalid, modelUnsupported } from '../shared/failures';
import type { FilesBeside, ReadOptions } from '../shared/files_beside';
import { arrayOf, isObject, type JsonObject, objectOf, stringOf } from '../shared/json_value';
import { HEAD_LENGTH, knownFile } from '../shared/known_files';
import { knownJson } from '../shared/known_json';
import type { ModelFile } from '../shared/model_file';
import { refusal } from '../shared/refusal';
import { TEACHABLE_MACHINE } from '../shared/teachable_machine';

/** A tfjs layers model in memory, as `tf.io` handlers give it. */
export interface TfjsArtifacts {
  modelTopology: object;
  /** Either these or `weightsManifest` (in which paths are ignored). */
  weightSpecs?: readonly object[];
  weightsManifest?: readonly object[];
  /** All weights in the order of the specs; several buffers are laid end to end. */
  weightData: ArrayBuffer | Uint8Array | readonly (ArrayBuffer | Uint8Array)[];
}

/** How much more memory than its text parsed JSON takes at most: arrays in arrays of nothing are the worst. */
const JSON_FACTOR = 32;
/** What opening a file costs, in small parts. */
const FILE_PARTS = 64;

function parseJsonValue(bytes: Uint8Array, name: string, budget: Budget | undefined): unknown {
  budget?.spendBytes(JSON_FACTOR * bytes.length, name);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const known = knownFile(bytes);
    if (known) throw refusal(name, known);
    throw modelInvalid(`${name}: expected JSON but ${(cause as Error).message}`, cause);
  }
}

/** Throws MODEL_INVALID unless `bytes` is the UTF-8 text of a JSON object. */
export function parseJson(bytes: Uint8Array, name: string, budget?: Budget): JsonObject {
  return objectOf(parseJsonValue(bytes, name, budget), name);
}

/** The content of a model.json. Throws MODEL_INVALID or MODEL_UNSUPPORTED where it is none of a layers model. */
export function parseModelJson(bytes: Uint8Array, name: string, budget?: Budget): JsonObject {
  const value = parseJsonValue(bytes, name, budget);
  const known = isObject(value) && 'modelTopology' in value ? undefined : knownJson(value);
  if (known) throw refusal(name, known);
  const model = objectOf(value, name);
  if (!('modelTopology' in model)) {
    throw modelInvalid(
      `Expected a .tflite file, or the model.json of a tfjs model with its weights, but ${name} is JSON without modelTopology: ${describe(model)}`,
    );
  }
  checkIsLayersModel(model, name);
  return model;
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
    let last: { path: string; piece: Uint8Array } | undefined;
    for (const path of paths) {
      checkIsBeside(json, path);
      options.budget?.spendParts(FILE_PARTS, 'files');
      const piece = await beside.read(path, {
        signal: options.signal,
        onBytes: (read) => options.onProgress?.(Math.min(1, (done + read) / Math.max(total, 1))),
        // One byte too many tells; a few more tell what stands there instead.
        limit: Math.max(groupEnd - done + 1, HEAD_LENGTH),
      });
      pieces.push(piece);
      last = { path, piece };
      done += piece.length;
      if (done > groupEnd) break;
    }
    if (done !== groupEnd) {
      const known = last && knownFile(last.piece);
      if (last && known?.kind === 'other') throw refusal(last.path, known);
      const received = done > groupEnd ? 'more' : `${storedBytes(specs) - (groupEnd - done)}`;
      throw modelInvalid(
        `Expected ${storedBytes(specs)} bytes of weights in ${excerpt(paths.slice(0, 8).join(', '), 400)} but received ${received}`,
      );
    }
  }
  return concatenate(pieces);
}

/** It has kilobytes. */
const LARGEST_METADATA = 1 << 24;

/** Teachable Machine's metadata.json: the labels, and the picture cropped to a square and scaled to -1..1. */
async function readMetadata(
  beside: FilesBeside,
  options: ReadOptions,
): Promise<Pick<ModelFile, 'labels' | 'preprocess'>> {
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

/** `json` is the name of a model.json, `bytes` what is in it. Rejects as readModelFile does. */
export async function readTfjsFiles(
  json: string,
  bytes: Uint8Array,
  beside: FilesBeside,
  options: ReadOptions,
): Promise<ModelFile> {
  const { budget = new Budget() } = options;
  const model = parseModelJson(bytes, json, budget);
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
    if (isBuffer(piece) || isUint8Array(piece)) return bytesOf(piece);
    throw new MobileNetEdgeError(
      'INVALID_ARGUMENT',
      `Expected weightData as an ArrayBuffer, a Uint8Array or an array of them but received ${piece === null ? 'null' : typeof piece}`,
    );
  });
  return pieces.length === 1 ? steadyBytesOf(pieces[0]) : concatenate(pieces);
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
