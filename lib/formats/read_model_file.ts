/** Reads a model file of any supported format, told by its content. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import { MobileNetEdgeError, throwIfAborted } from '../errors';
import { modelInvalid, modelUnsupported } from './failures';
import { isFolder, type ReadOptions, readBytes, readBytesIfPresent } from './file_bytes';
import type { ModelFile } from './model_file';
import { HEAD_LENGTH, recognizeFormat } from './recognize_format';
import type { TfjsArtifacts } from './tfjs';
import { readTflite } from './tflite';

export type { TfjsArtifacts } from './tfjs';

/**
 * A path or `file:` URL (of a `.tflite` file, a tfjs `model.json` or the folder that holds one), the bytes of a
 * `.tflite` file, or a tfjs layers model in memory.
 */
export type ModelSource = string | URL | Uint8Array | ArrayBuffer | TfjsArtifacts;

/** Loaded for the files that it reads: code costs memory. */
const tfjsReader = () => import('./tfjs.js');

const SUPPORTED = 'Supported are .tflite files and tfjs layers models (model.json with its weights)';

/**
 * Rejects with MODEL_NOT_FOUND, MODEL_INVALID, MODEL_UNSUPPORTED, OPERATOR_UNSUPPORTED, INVALID_ARGUMENT or ABORTED.
 * Weights of the Graph may be views of the given bytes.
 */
export async function readModelFile(source: ModelSource, options: ReadOptions = {}): Promise<ModelFile> {
  throwIfAborted(options.signal);
  const model = await readSource(source, options);
  throwIfAborted(options.signal);
  options.onProgress?.(1);
  return model;
}

async function readSource(source: ModelSource, options: ReadOptions): Promise<ModelFile> {
  if (typeof source === 'string' || source instanceof URL) return readPath(toPath(source), options);
  if (types.isUint8Array(source) || types.isAnyArrayBuffer(source)) {
    // A buffer that was transferred away has no bytes either, and making a view of it would throw.
    if (source.byteLength === 0) throw modelInvalid('No bytes are not a model: expected those of a .tflite file');
    return readMemory(types.isUint8Array(source) ? source : new Uint8Array(source));
  }
  if (typeof source === 'object' && source !== null && 'modelTopology' in source) {
    return (await tfjsReader()).readTfjsArtifacts(source);
  }
  const received =
    typeof source === 'object' && source !== null ? (source as object).constructor?.name : String(source);
  throw new MobileNetEdgeError(
    'INVALID_ARGUMENT',
    `Expected a model as a path, a file: URL, the bytes of a .tflite file or { modelTopology, weightSpecs, weightData } but received ${received}`,
  );
}

function toPath(source: string | URL): string {
  const name = String(source);
  if (!/^\w\w+:/.test(name)) return name;
  try {
    return fileURLToPath(name);
  } catch (cause) {
    throw new MobileNetEdgeError(
      'INVALID_ARGUMENT',
      `Expected a path or a file: URL but received ${name}: fetch the model and pass its bytes`,
      { cause },
    );
  }
}

async function readPath(path: string, options: ReadOptions): Promise<ModelFile> {
  if (await isFolder(path)) {
    const json = join(path, 'model.json');
    const bytes = await readBytesIfPresent(json, { signal: options.signal });
    if (bytes) return (await tfjsReader()).readTfjsFolder(json, bytes, options);
    if (await readBytesIfPresent(join(path, 'saved_model.pb'), { signal: options.signal })) {
      throw modelUnsupported(`${path} is a TensorFlow SavedModel. ${SUPPORTED}`);
    }
    throw new MobileNetEdgeError('MODEL_NOT_FOUND', `Expected a folder with a model.json but ${path} has none`);
  }
  const head = await readBytes(path, { signal: options.signal, limit: HEAD_LENGTH });
  if (recognizeFormat(head) === 'tflite') {
    const onBytes = (read: number, total: number) => options.onProgress?.(read / total);
    return readTflite(await readBytes(path, { signal: options.signal, onBytes }));
  }
  if (recognizeFormat(head) !== 'json') throw notSupported(head, path);
  const json = await readBytes(path, { signal: options.signal });
  return (await tfjsReader()).readTfjsFolder(path, json, options);
}

async function readMemory(source: Uint8Array): Promise<ModelFile> {
  // A plain view: the methods of a Node Buffer differ.
  const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (recognizeFormat(bytes) === 'json') {
    (await tfjsReader()).parseJson(bytes, 'The given bytes');
    throw new MobileNetEdgeError(
      'INVALID_ARGUMENT',
      'Expected the bytes of a .tflite file but received JSON: a tfjs model needs its weights too, so pass the path of its model.json or { modelTopology, weightSpecs, weightData }',
    );
  }
  if (recognizeFormat(bytes) !== 'tflite') throw notSupported(bytes, 'The given bytes');
  return readTflite(bytes);
}

function notSupported(head: Uint8Array, name: string): MobileNetEdgeError {
  const format = recognizeFormat(head);
  if (typeof format === 'object') return modelUnsupported(`${name}: this is ${format.unsupported}. ${SUPPORTED}`);
  const start = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return modelInvalid(`${name}: what begins with '${start}' is not a model. ${SUPPORTED}`);
}
