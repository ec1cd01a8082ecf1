/** Reads a model file of any supported format, told by its content. */
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isBuffer, isUint8Array, isUrl } from '../bytes';
import { MobileNetEdgeError, throwIfAborted } from '../errors';
import { modelUnsupported } from './failures';
import { filesBeside, folderNames, readBytes, readTail } from './file_bytes';
import type { ReadOptions } from './files_beside';
import { HEAD_LENGTH } from './known_files';
import { labelFileNames, readLabelsBeside } from './labels_beside';
import type { ModelFile } from './model_file';
import { readModelBytes } from './read_model_bytes';
import { recognizeFormat } from './recognize_format';
import { ARCHIVE_TAIL, notSupported, SUPPORTED } from './refusal';
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
  if (typeof source === 'string' || isUrl(source)) return readPath(toPath(source), options);
  if (isUint8Array(source)) return readModelBytes(source, options);
  // A view of a buffer that was transferred away would throw.
  if (isBuffer(source))
    return readModelBytes(source.byteLength === 0 ? new Uint8Array() : new Uint8Array(source), options);
  if (typeof source === 'object' && source !== null && 'modelTopology' in source)
    return (await tfjsReader()).readTfjsArtifacts(source, options);
  const received =
    typeof source === 'object' && source !== null ? (source as object).constructor?.name : String(source);
  throw new MobileNetEdgeError(
    'INVALID_ARGUMENT',
    `Expected a model as a path, a file: URL, the bytes of a .tflite file or { modelTopology, weightSpecs, weightData } but received ${received}`,
  );
}

/** The path that a path or file: URL names. Throws INVALID_ARGUMENT for other URLs. */
export function toPath(source: string | URL): string {
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
  const names = await folderNames(path);
  if (names) return readFolder(path, names, options);
  const head = await readBytes(path, { signal: options.signal, limit: HEAD_LENGTH });
  const format = recognizeFormat(head);
  if (format === 'tflite') return readTflitePath(path, options);
  if (format !== 'json') throw notSupported(path, head, await readTail(path, ARCHIVE_TAIL));
  return readJsonPath(path, options);
}

async function readTflitePath(path: string, options: ReadOptions): Promise<ModelFile> {
  const { signal, onProgress } = options;
  const onBytes = (read: number, total: number) => onProgress?.(read / total);
  const model = await readTflite(await readBytes(path, { signal, onBytes }), options);
  if (options.withoutLabels) return model;
  const { labelFiles, warnings } = await readLabelsBeside(labelFileNames(basename(path)), filesBeside(path), options);
  return {
    ...model,
    ...(labelFiles.length > 0 && { labelFiles }),
    ...(warnings.length > 0 && { warnings: [...(model.warnings ?? []), ...warnings] }),
  };
}

async function readJsonPath(path: string, options: ReadOptions): Promise<ModelFile> {
  const bytes = await readBytes(path, { signal: options.signal });
  return (await tfjsReader()).readTfjsFiles(path, bytes, filesBeside(path), options);
}

async function readFolder(path: string, names: readonly string[], options: ReadOptions): Promise<ModelFile> {
  if (names.includes('model.json')) return readJsonPath(join(path, 'model.json'), options);
  if (names.includes('saved_model.pb')) {
    throw modelUnsupported(
      `${path}: this is a TensorFlow SavedModel: convert it to .tflite with tf.lite.TFLiteConverter.from_saved_model. ${SUPPORTED}`,
    );
  }
  const model = names.find((name) => /\.(tflite|json)$/i.test(name));
  const remedy = model ? `: give ${join(path, model)} if that is the model` : '';
  throw new MobileNetEdgeError('MODEL_NOT_FOUND', `Expected a folder with a model.json but ${path} has none${remedy}`);
}
