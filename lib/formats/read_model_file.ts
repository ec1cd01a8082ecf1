/** Reads a model file of any supported format, told by its content. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isBuffer, isUint8Array, isUrl } from '../bytes';
import { MobileNetEdgeError, throwIfAborted } from '../errors';
import { modelUnsupported } from './failures';
import { filesBeside, isFolder, readBytes, readBytesIfPresent } from './file_bytes';
import type { ReadOptions } from './files_beside';
import type { ModelFile } from './model_file';
import { notSupported, readModelBytes, SUPPORTED } from './read_model_bytes';
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
    if (bytes) return (await tfjsReader()).readTfjsFiles(json, bytes, filesBeside(json), options);
    if (await readBytesIfPresent(join(path, 'saved_model.pb'), { signal: options.signal })) {
      throw modelUnsupported(`${path} is a TensorFlow SavedModel. ${SUPPORTED}`);
    }
    throw new MobileNetEdgeError('MODEL_NOT_FOUND', `Expected a folder with a model.json but ${path} has none`);
  }
  const head = await readBytes(path, { signal: options.signal, limit: HEAD_LENGTH });
  if (recognizeFormat(head) === 'tflite') {
    const onBytes = (read: number, total: number) => options.onProgress?.(read / total);
    return readTflite(await readBytes(path, { signal: options.signal, onBytes }), options);
  }
  if (recognizeFormat(head) !== 'json') throw notSupported(head, path);
  return (await tfjsReader()).readTfjsFiles(
    path,
    await readBytes(path, { signal: options.signal }),
    filesBeside(path),
    options,
  );
}
