/** The bytes of a model wherever Node finds them: on disk, in memory, on their way. */
import { basename, join } from 'node:path';
import { isUrl } from '../base/bytes';
import { MobileNetEdgeError, throwIfAborted } from '../base/errors';
import { invalidArgument } from '../base/expect';
import { FORMATS } from '../formats';
import { readArtifacts, readModel, readModelBytes } from '../formats/read_model';
import { modelInvalid } from '../formats/shared/failures';
import { LARGEST_FILE, type ReadOptions } from '../formats/shared/files_beside';
import { HEAD_LENGTH, knownFolder } from '../formats/shared/known_files';
import { labelFileNames } from '../formats/shared/labels_beside';
import type { ModelFile } from '../formats/shared/model_file';
import { refusal } from '../formats/shared/refusal';
import type { TfjsArtifacts } from '../formats/tfjs/read_tfjs';
import { dataUrlBytes, isDataUrl } from '../sources/data_url';
import type { SourceOptions } from '../sources/limits';
import { type BytesInMemory, memoryBytes } from '../sources/memory';
import { type BytesInTime, isInTime, readInTime } from '../sources/stream';
import { filesBeside, folderNames, readBytes, readTail } from './file_bytes';
import { toPath } from './path';

export type { TfjsArtifacts } from '../formats/tfjs/read_tfjs';

/**
 * A path or `file:` URL (of a `.tflite` file, a tfjs `model.json` or the folder that holds one), the bytes of a
 * `.tflite` file (a Buffer, any view of bytes, an ArrayBuffer, a Blob or File, a Response, a stream, a `data:` URL), or a
 * tfjs layers model in memory.
 */
export type ModelSource = string | URL | BytesInMemory | BytesInTime | TfjsArtifacts;

/** Rejects as readModel does. Weights of the Graph may be views of the given bytes. */
export async function readModelFile(source: ModelSource, options: ReadOptions = {}): Promise<ModelFile> {
  throwIfAborted(options.signal);
  if (typeof source === 'string' || isUrl(source)) {
    const name = String(source);
    if (isDataUrl(name)) return readModelBytes(dataUrlBytes(name, sourceOptions(options)), options);
    return readPath(toPath(source, 'INVALID_ARGUMENT', 'fetch the model and pass the Response'), options);
  }
  const bytes = memoryBytes(source);
  if (bytes) return readModelBytes(bytes, options);
  if (isInTime(source)) return readModelBytes(await readInTime(source, sourceOptions(options)), options);
  if (typeof source === 'object' && source !== null && 'modelTopology' in source) return readArtifacts(source, options);
  throw invalidArgument(
    'a model as a path, a file: or data: URL, the bytes of a model file, a Blob, Response or stream of them, or { modelTopology, weightSpecs, weightData }',
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

async function readPath(given: string, options: ReadOptions): Promise<ModelFile> {
  const names = await folderNames(given);
  const path = names ? join(given, modelAmong(given, names)) : given;
  const { signal } = options;
  const file = {
    name: path,
    head: () => readBytes(path, { signal, limit: HEAD_LENGTH }),
    tail: (length: number) => readTail(path, length),
    bytes: (onBytes?: (read: number, total: number) => void) => readBytes(path, { signal, onBytes }),
    beside: filesBeside(path),
    labelFiles: labelFileNames(basename(path)),
  };
  return readModel(file, options);
}

/** The name of the model in a folder with files of these names. Throws MODEL_NOT_FOUND or MODEL_UNSUPPORTED if there is none. */
function modelAmong(folder: string, names: readonly string[]): string {
  const expected = FORMATS.flatMap(({ inFolder }) => inFolder ?? []);
  const model = expected.find((name) => names.includes(name));
  if (model) return model;
  const known = knownFolder(names);
  if (known) throw refusal(folder, known);
  const endings = FORMATS.flatMap((format) => format.endings);
  const similar = names.find((name) => endings.some((ending) => name.toLowerCase().endsWith(`.${ending}`)));
  const remedy = similar ? `: give ${join(folder, similar)} if that is the model` : '';
  throw new MobileNetEdgeError(
    'MODEL_NOT_FOUND',
    `Expected a folder with a ${expected.join(' or ')} but ${folder} has none${remedy}`,
  );
}
