/**
 * Bytes that arrive in time: Blobs, bodies of HTTP, streams of Node and of the web. Told apart by what they can do, so that
 * those of another realm or library are taken.
 */
import { onAbort } from '../base/abort';
import { concatenate, isBlob, messageOf } from '../base/bytes';
import { abortError, MobileNetEdgeError, throwIfAborted } from '../base/errors';
import { describe } from '../base/expect';
import type { SourceOptions } from './limits';
import { memoryBytes } from './memory';

/** A Blob or File, a Response or Request with its body, a Readable of Node, a ReadableStream, or anything else that gives bytes. */
export type BytesInTime = Blob | Response | Request | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

interface Body {
  body: ReadableStream | AsyncIterable<unknown> | null;
  bodyUsed: boolean;
  ok?: boolean;
  status?: number;
  statusText?: string;
}

interface Pieces {
  next(): Promise<{ done?: boolean; value?: unknown }>;
  /** Ends the stream early. */
  stop(): void;
}

export function isInTime(source: unknown): source is BytesInTime {
  return isBlob(source) || isBody(source) || isWebStream(source) || isIterable(source);
}

function isBody(source: unknown): source is Body {
  const { body, bodyUsed } = Object(source) as Partial<Body>;
  return typeof bodyUsed === 'boolean' && body !== undefined;
}

function isWebStream(source: unknown): source is ReadableStream {
  return typeof (Object(source) as Partial<ReadableStream>).getReader === 'function';
}

function isIterable(source: unknown): source is AsyncIterable<unknown> {
  return typeof (Object(source) as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function';
}

/** Uses up `source`, unless it is a Blob. Rejects with `invalid`, `notFound` or ABORTED, and has ended the stream then. */
export async function readInTime(source: BytesInTime, options: SourceOptions): Promise<Uint8Array> {
  const { signal, limit, invalid } = options;
  throwIfAborted(signal);
  if (isBlob(source) && source.size > limit) throw invalid(`it has ${source.size} bytes, more than ${limit}`);
  const stream = streamOf(source, options);
  if (stream === null) return new Uint8Array();
  const pieces = piecesOf(stream, options);
  try {
    return await readAll(pieces, options);
  } catch (cause) {
    pieces.stop();
    if (signal?.aborted) throw abortError(signal);
    throw cause instanceof MobileNetEdgeError ? cause : invalid(`its stream failed (${messageOf(cause)})`, cause);
  }
}

function streamOf(source: BytesInTime, options: SourceOptions): Body['body'] {
  if (isBlob(source)) return source.stream();
  return isBody(source) ? bodyOf(source, options) : (source as ReadableStream | AsyncIterable<unknown>);
}

async function readAll(stream: Pieces, { signal, limit, invalid }: SourceOptions): Promise<Uint8Array> {
  let forget: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    forget = signal && onAbort(signal, () => reject(abortError(signal)));
  });
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([stream.next(), aborted]);
      if (done) return pieces.length === 1 ? pieces[0] : concatenate(pieces);
      const piece = memoryBytes(value);
      if (piece === undefined) throw invalid(`its stream gives ${describe(value)} in place of bytes`);
      pieces.push(piece);
      length += piece.length;
      if (length > limit) throw invalid(`it has more than ${limit} bytes`);
    }
  } finally {
    forget?.();
  }
}

function bodyOf({ body, bodyUsed, ok, status, statusText }: Body, { invalid, notFound }: SourceOptions): Body['body'] {
  if (ok === false) throw notFound(`the answer was ${status} ${statusText ?? ''}`.trim());
  if (bodyUsed) throw invalid('its body has been read already: pass a clone() of the Response');
  return body;
}

function piecesOf(stream: ReadableStream | AsyncIterable<unknown>, { invalid }: SourceOptions): Pieces {
  if (isWebStream(stream)) {
    if (stream.locked) throw invalid('its stream is being read by another reader');
    const reader = stream.getReader();
    return { next: () => reader.read(), stop: () => void reader.cancel().catch(() => undefined) };
  }
  const { destroyed, readableEnded, destroy } = stream as Partial<NodeStream>;
  if (destroyed || readableEnded) throw invalid('its stream has ended already');
  const iterator = stream[Symbol.asyncIterator]();
  // A generator that waits ends when it has what it waits for; nobody else needs to wait for that.
  const leave = () => void Promise.resolve(iterator.return?.()).catch(() => undefined);
  return {
    next: () => iterator.next(),
    stop: typeof destroy === 'function' ? () => destroy.call(stream) : leave,
  };
}

/** What a Readable of Node has beyond an AsyncIterable. */
interface NodeStream {
  destroyed: boolean;
  readableEnded: boolean;
  destroy(): void;
}
