/** The bytes of a URL, with progress, and kept in the browser's Cache where that is asked for. */
import { concatenate, isError } from '../base/bytes';
import { abortError, type MobileNetEdgeError } from '../base/errors';
import type { ModelCache } from './model_cache';

export interface FetchOptions {
  signal?: AbortSignal;
  /** Read at most the first so many bytes, whatever the server says of the length. */
  limit: number;
  cache?: ModelCache;
  onBytes?: (read: number, total: number | undefined) => void;
  /** The error of an answer that is missing or cannot be had. */
  failure: (problem: string, cause?: unknown) => MobileNetEdgeError;
}

/** The bytes, or undefined if the server says that there are none (404 or 410). Rejects with `failure` or ABORTED. */
export async function fetchIfPresent(url: string, options: FetchOptions): Promise<Uint8Array | undefined> {
  const { signal, cache, limit, failure } = options;
  try {
    const known = await cache?.match(url);
    const response = known ?? (await fetch(url, { signal }));
    if (response.status === 404 || response.status === 410) return undefined;
    if (!response.ok) throw failure(`${url} was answered with ${response.status} ${response.statusText}`.trim());
    const bytes = await readBody(response, options);
    if (!known && bytes.length < limit) cache?.note(url, bytes);
    return bytes;
  } catch (cause) {
    if (signal?.aborted) throw abortError(signal);
    // What fetch() rejects with.
    if (isError(cause) && cause.name === 'TypeError')
      throw failure(`${url} cannot be fetched (${cause.message})`, cause);
    throw cause;
  }
}

/** As fetchIfPresent; what is not there is a `failure` too. */
export async function fetchBytes(url: string, options: FetchOptions): Promise<Uint8Array> {
  const bytes = await fetchIfPresent(url, options);
  if (!bytes) throw options.failure(`there is nothing at ${url}`);
  return bytes;
}

async function readBody(response: Response, { limit, onBytes }: FetchOptions): Promise<Uint8Array<ArrayBuffer>> {
  const length = Number(response.headers.get('content-length'));
  // Of an encoded answer the length is that of what is sent, not of what arrives here.
  const total = length > 0 && !response.headers.get('content-encoding') ? length : undefined;
  const pieces: Uint8Array[] = [];
  let read = 0;
  const reader = response.body?.getReader();
  while (reader && read < limit) {
    const { value } = await reader.read();
    if (!value) return concatenate(pieces);
    const piece = value.subarray(0, limit - read);
    pieces.push(piece);
    read += piece.length;
    onBytes?.(read, total);
  }
  await reader?.cancel();
  return concatenate(pieces);
}
