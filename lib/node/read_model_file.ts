/** Reads a model file of any supported format, told by its content. */
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isUrl } from '../base/bytes';
import { MobileNetEdgeError, throwIfAborted } from '../base/errors';
import { excerpt, invalidArgument } from '../base/expect';
import { readModelBytes } from '../formats/read_model_bytes';
import { recognizeFormat } from '../formats/recognize_format';
import { modelInvalid, modelUnsupported } from '../formats/shared/failures';
import { LARGEST_FILE, type ReadOptions } from '../formats/shared/files_beside';
import { HEAD_LENGTH } from '../formats/shared/known_files';
import { labelFileNames, readLabelsBeside } from '../formats/shared/labels_beside';
import type { ModelFile } from '../formats/shared/model_file';
import { ARCHIVE_TAIL, notSupported, SUPPORTED } from '../formats/shared/refusal';
import type { TfjsArtifacts } from '../formats/tfjs/read_tfjs';
import { readTflite } from '../formats/tflite/read_tflite';
import { dataUrlBytes, isDataUrl } from '../sources/data_url';
import type { SourceOptions } from '../sources/limits';
import { type BytesInMemory, memoryBytes } from '../sources/memory';
import { type BytesInTime, isInTime, readInTime } from '../sources/stream';
import { filesBeside, folderNames, readBytes, readTail } from './file_bytes';

export type { TfjsArtifacts } from '../formats/tfjs/read_tfjs';

/**
 * A path or `file:` URL (of a `.tflite` file, a tfjs `model.json` or the folder that holds one), the bytes of a
 * `.tflite` file (a Buffer, any view of bytes, an ArrayBuffer, a Blob or File, a Response, a stream, a `data:` URL), or a
 * tfjs layers model in memory.
 */
export type ModelSource = string | URL | BytesInMemory | BytesInTime | TfjsArtifacts;

/** Loaded for the files that it reads: code costs memory. */
const tfjsReader = () => import('../formats/tfjs/read_tfjs.js');

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
  if (typeof source === 'string' || isUrl(source)) {
    const name = String(source);
    if (isDataUrl(name)) return readModelBytes(dataUrlBytes(name, sourceOptions(options)), options);
    return readPath(toPath(source), options);
  }
  const bytes = memoryBytes(source);
  if (bytes) return readModelBytes(bytes, options);
  if (isInTime(source)) return readModelBytes(await readInTime(source, sourceOptions(options)), options);
  if (typeof source === 'object' && source !== null && 'modelTopology' in source)
    return (await tfjsReader()).readTfjsArtifacts(source, options);
  throw invalidArgument(
    'a model as a path, a file: or data: URL, the bytes of a .tflite file, a Blob, Response or stream of them, or { modelTopology, weightSpecs, weightData }',
    source,
    typeof (Object(source) as PromiseLike<unknown>).then === 'function' ? 'await it' : undefined,
  );
}

function sourceOptions({ signal }: ReadOptions): SourceOptions {
  return {
    signal,
    limit: LARGEST_FILE,
    invalid: (problem, cause) => modelInvalid(`Expected a model but ${problem}`, cause),
    notFound: (problem) => new MobileNetEdgeError('MODEL_NOT_FOUND', `Expected a model but ${problem}`),
  };
}

/** The path that a path or file: URL names. Throws INVALID_ARGUMENT for other URLs. */
export function toPath(source: string | URL): string {
  const name = String(source);
  if (!isUrl(source) && !/^(?:file:\/|[a-z][a-z\d+.-]+:\/\/)/i.test(name)) return name;
  try {
    return fileURLToPath(name);
  } catch (cause) {
    throw new MobileNetEdgeError(
      'INVALID_ARGUMENT',
      `Expected a path or a file: URL but received ${excerpt(name)}: fetch the model and pass the Response`,
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
