/** Reads a model that a page has sent, wherever its bytes are. */
import type { LoadedFile } from '../assemble_model';
import { MobileNetEdgeError } from '../errors';
import type { FilesBeside, ReadOptions } from '../formats/files_beside';
import { notSupported, readModelBytes } from '../formats/read_model_bytes';
import { recognizeFormat } from '../formats/recognize_format';
import { parseJson, readTfjsArtifacts, readTfjsFiles } from '../formats/tfjs';
import { readTflite } from '../formats/tflite';
import { type FetchOptions, fetchBytes, fetchIfPresent } from './fetch_bytes';
import type { SentModel } from './protocol';

export interface ReadModelOptions extends ReadOptions {
  cache?: string;
  /** Called with how many bytes more have arrived, and how many there are in all, if that is known. */
  onBytes?: (more: number, total: number | undefined) => void;
}

function notFound(problem: string, cause?: unknown): MobileNetEdgeError {
  return new MobileNetEdgeError('MODEL_NOT_FOUND', `Expected a model file but ${problem}`, { cause });
}

/** Rejects with MODEL_NOT_FOUND, MODEL_INVALID, MODEL_UNSUPPORTED, OPERATOR_UNSUPPORTED, INVALID_ARGUMENT or ABORTED. */
export async function readSentModel(model: SentModel, options: ReadModelOptions): Promise<LoadedFile> {
  switch (model.kind) {
    case 'graph':
      return { format: 'graph', graph: model.graph };
    case 'artifacts':
      return readTfjsArtifacts(model.artifacts, options);
    case 'bytes':
      return readModelBytes(model.bytes, options);
    case 'files':
      return readFiles(model.files, options);
    case 'url':
      return readUrl(model.url, options);
  }
}

/** Below this a file may still be a model.json, which is small beside its weights: it does not count as progress. */
const LARGEST_HEADER = 1 << 19;

async function readUrl(url: string, options: ReadModelOptions): Promise<LoadedFile> {
  const fetching = (onShare?: (read: number, total: number) => void): FetchOptions => {
    let known = 0;
    const onBytes = (read: number, total: number | undefined): void => {
      onShare?.(read, total ?? Number.POSITIVE_INFINITY);
      options.onBytes?.(read - known, total);
      known = read;
    };
    return { signal: options.signal, cache: options.cache, failure: notFound, onBytes };
  };
  const bytes = await fetchBytes(
    url,
    fetching((read, total) => read > LARGEST_HEADER && options.onProgress?.(read / total)),
  );
  if (recognizeFormat(bytes) === 'tflite') return readTflite(bytes, options);
  if (recognizeFormat(bytes) !== 'json') throw notSupported(bytes, url);
  const { search } = new URL(url);
  const beside: FilesBeside = {
    read: (path, { onBytes }) => fetchBytes(besideUrl(url, path, search), fetching(onBytes)),
    // Hosts of single-page applications answer every path with a page.
    readIfPresent: async (path) => {
      const found = await fetchIfPresent(besideUrl(url, path, search), fetching());
      return found && recognizeFormat(found) === 'json' ? found : undefined;
    },
  };
  return readTfjsFiles(url, bytes, beside, options);
}

/** The URL of a file beside `url`, under the same query: that of signed URLs holds for a folder. */
function besideUrl(url: string, path: string, search: string): string {
  const found = new URL(path.split('/').map(encodeURIComponent).join('/'), url);
  found.search = search;
  return found.href;
}

async function readBlob(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}

async function isJson(file: Blob): Promise<boolean> {
  return recognizeFormat(await readBlob(file.slice(0, 64))) === 'json';
}

function nameOf(file: Blob): string {
  return 'name' in file ? String(file.name) : 'The given file';
}

/** A .tflite file, or the files of a tfjs model: model.json, its weights, perhaps metadata.json. */
async function readFiles(files: readonly Blob[], options: ReadModelOptions): Promise<LoadedFile> {
  if (files.length === 1 && !(await isJson(files[0]))) {
    const bytes = await readBlob(files[0]);
    options.onBytes?.(bytes.length, bytes.length);
    return readModelBytes(bytes, options);
  }
  const byName = new Map(files.map((file) => [nameOf(file), file]));
  const read = async (path: string, onBytes?: (read: number, total: number) => void) => {
    const file = byName.get(path.split('/').at(-1)!);
    if (!file) return undefined;
    const bytes = await readBlob(file);
    options.onBytes?.(bytes.length, undefined);
    onBytes?.(bytes.length, bytes.length);
    return bytes;
  };
  const beside: FilesBeside = {
    readIfPresent: (path) => read(path),
    read: async (path, { onBytes }) => {
      const bytes = await read(path, onBytes);
      if (!bytes) throw notFound(`${path} is not among the given files: ${[...byName.keys()].join(', ')}`);
      return bytes;
    },
  };
  for (const file of files) {
    if (!(await isJson(file))) continue;
    const bytes = await readBlob(file);
    if ('modelTopology' in parseJson(bytes, nameOf(file), options.budget))
      return readTfjsFiles(nameOf(file), bytes, beside, options);
  }
  throw new MobileNetEdgeError(
    'INVALID_ARGUMENT',
    `Expected a .tflite file, or the model.json of a tfjs model with its weights, but received ${[...byName.keys()].join(', ') || 'no files'}`,
  );
}
