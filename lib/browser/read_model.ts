/** The bytes of a model that a page has sent, wherever they are. */

import { MobileNetEdgeError } from '../base/errors';
import { readArtifacts, readModel, readModelAmong, readModelBytes } from '../formats/read_model';
import { modelUnsupported } from '../formats/shared/failures';
import { type FilesBeside, LARGEST_FILE, type ReadOptions } from '../formats/shared/files_beside';
import { fileInMemory, type GivenFile } from '../formats/shared/given_file';
import { beginsJson } from '../formats/shared/json_file';
import { HEAD_LENGTH, latin1 } from '../formats/shared/known_files';
import { labelFileNames } from '../formats/shared/labels_beside';
import type { LoadedFile } from '../model/assemble_model';
import { type FetchOptions, fetchBytes, fetchIfPresent } from './fetch_bytes';
import { ModelCache } from './model_cache';
import type { SentModel } from './protocol';

type SentFile = Exclude<SentModel, { kind: 'graph' }>;

export interface ReadModelOptions extends ReadOptions {
  cache?: string;
  /** Called with how many bytes more have arrived, and how many there are in all, if that is known. */
  onBytes?: (more: number, total: number | undefined) => void;
}

function notFound(problem: string, cause?: unknown): MobileNetEdgeError {
  return new MobileNetEdgeError('MODEL_NOT_FOUND', `Expected a model file but ${problem}`, { cause });
}

/** Rejects as readModel does. */
export async function readSentModel(model: SentFile, options: ReadModelOptions): Promise<LoadedFile> {
  switch (model.kind) {
    case 'artifacts':
      return readArtifacts(model.artifacts, options);
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

/** What the Cache holds and cannot be read, from before a server was mended say, is dropped and fetched again. */
async function readUrl(url: string, options: ReadModelOptions): Promise<LoadedFile> {
  const cache = await ModelCache.open(options.cache);
  const read = async (): Promise<LoadedFile> => {
    const model = await readUrlThrough(cache, url, options);
    await cache.keep();
    return model;
  };
  try {
    return await read();
  } catch (error) {
    const unreadable =
      error instanceof MobileNetEdgeError && error.code !== 'ABORTED' && error.code !== 'MODEL_NOT_FOUND';
    if (!unreadable || !(await cache.forget())) throw error;
    return read();
  }
}

async function readUrlThrough(cache: ModelCache, url: string, options: ReadModelOptions): Promise<LoadedFile> {
  const fetching = (limit: number, onShare?: (read: number, total: number) => void): FetchOptions => {
    let known = 0;
    const onBytes = (read: number, total: number | undefined): void => {
      onShare?.(read, total ?? Number.POSITIVE_INFINITY);
      options.onBytes?.(read - known, total);
      known = read;
    };
    return { signal: options.signal, cache, limit, failure: notFound, onBytes };
  };
  const onShare = (read: number, total: number) => read > LARGEST_HEADER && options.onProgress?.(read / total);
  const bytes = await fetchBytes(url, fetching(LARGEST_FILE + 1, onShare));
  if (bytes.length > LARGEST_FILE) throw modelUnsupported(`${url} is larger than the supported 1 GB`);
  const { search } = new URL(url);
  const beside: FilesBeside = {
    read: (path, { limit = LARGEST_FILE, onBytes }) =>
      fetchBytes(besideUrl(url, path, search), fetching(limit, onBytes)),
    // Hosts of single-page applications answer every path with a page.
    readIfPresent: async (path, { limit = LARGEST_FILE }) => {
      const found = await fetchIfPresent(besideUrl(url, path, search), fetching(limit));
      return found && beginsJson(latin1(found)) ? found : undefined;
    },
  };
  return readModel(fileInMemory(url, bytes, beside), options);
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

function nameOf(file: Blob): string {
  return 'name' in file ? String(file.name) : 'The given file';
}

/** The file of a model, perhaps with its weights, what is said of it, and a text file of labels. */
function readFiles(files: readonly Blob[], options: ReadModelOptions): Promise<LoadedFile> {
  const byName = new Map(files.map((file) => [nameOf(file), file]));
  const readIfPresent = async (path: string, onBytes?: (read: number, total: number) => void) => {
    const file = byName.get(path.split('/').at(-1)!);
    if (!file) return undefined;
    const bytes = await readBlob(file);
    options.onBytes?.(bytes.length, undefined);
    onBytes?.(bytes.length, bytes.length);
    return bytes;
  };
  const beside: FilesBeside = {
    readIfPresent: (path) => readIfPresent(path),
    read: async (path, { onBytes }) => {
      const bytes = await readIfPresent(path, onBytes);
      if (!bytes) throw notFound(`${path} is not among the given files: ${[...byName.keys()].join(', ')}`);
      return bytes;
    },
  };
  // Whoever picks a text file with a model means its labels, whatever the name.
  const texts = [...byName.keys()].filter((name) => /\.txt$/i.test(name));
  const given = files.map((file): GivenFile => {
    const name = nameOf(file);
    return {
      name,
      head: () => readBlob(file.slice(0, HEAD_LENGTH)),
      tail: (length) => readBlob(file.slice(-length)),
      bytes: async () => {
        const bytes = await readBlob(file);
        options.onBytes?.(bytes.length, bytes.length);
        return bytes;
      },
      beside,
      labelFiles: [...new Set([...labelFileNames(name), ...texts])],
    };
  });
  return readModelAmong(given, options);
}
