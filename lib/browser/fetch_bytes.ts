/** The bytes of a URL, with progress, and kept in the browser's Cache where that is asked for. */
import { concatenate, isError } from '../bytes';
import { abortError, type MobileNetEdgeError } from '../errors';

export interface FetchOptions {
  signal?: AbortSignal;
  /** The name of the Cache that keeps answers; what is in it is not asked for again. */
  cache?: string;
  onBytes?: (read: number, total: number | undefined) => void;
  /** The error of an answer that is missing or cannot be had. */
  failure: (problem: string, cause?: unknown) => MobileNetEdgeError;
}

/** The bytes, or undefined if the server says that there are none (404 or 410). Rejects with `failure` or ABORTED. */
export async function fetchIfPresent(url: string, options: FetchOptions): Promise<Uint8Array | undefined> {
  const { signal, failure } = options;
  try {
    // Without the Cache API (pages that are neither https nor localhost) everything is fetched.
    const cache = options.cache && 'caches' in globalThis ? await caches.open(options.cache) : undefined;
    const known = await cache?.match(url);
    const response = known ?? (await fetch(url, { signal }));
    if (response.status === 404 || response.status === 410) return undefined;
    if (!response.ok) throw failure(`${url} was answered with ${response.status} ${response.statusText}`.trim());
    const bytes = await readBody(response, options);
    // A full disk is no reason to refuse a model that has arrived.
    if (!known) await cache?.put(url, new Response(bytes)).catch(() => undefined);
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

async function readBody(response: Response, { onBytes }: FetchOptions): Promise<Uint8Array<ArrayBuffer>> {
  const length = Number(response.headers.get('content-length'));
  // Of an encoded answer the length is that of what is sent, not of what arrives here.
  const total = length > 0 && !response.headers.get('content-encoding') ? length : undefined;
  const pieces: Uint8Array[] = [];
  let read = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    pieces.push(part.value);
    read += part.value.length;
    onBytes?.(read, total);
  }
  return concatenate(pieces);
}
