/** What a user may pass as a picture, and how it is told apart. */
import { isUrl } from '../../base/bytes';
import { abortError, MobileNetEdgeError } from '../../base/errors';
import { unexpected } from '../../base/expect';
import { type Image, invalidImage } from '../../image/image';
import { checkPixels, type ImageDataLike, type RawImage, type SharpOutput } from '../../image/pixels';
import { dataUrlBytes, isDataUrl } from '../../sources/data_url';
import type { SourceOptions } from '../../sources/limits';
import { type BytesInMemory, memoryBytes } from '../../sources/memory';
import { type BytesInTime, isInTime, readInTime } from '../../sources/stream';
import { toPath } from '../path';
import { fileProblem, isUnfit, readRegularFile } from '../regular_file';

/**
 * A picture:
 * - a path or a `file:` URL of an encoded picture;
 * - an encoded picture in memory: JPEG, PNG or BMP; with `sharp` installed also WebP, AVIF, GIF, TIFF and what else it
 *   reads (the first frame). The format is told by the bytes, not by the file's name. A Buffer, any view of bytes, an
 *   ArrayBuffer, or a `data:` URL;
 * - an encoded picture that arrives: a Blob or File, a Response or Request with its body, a Readable or web stream, or
 *   anything else that is iterated for bytes. At most 256 MiB; streams are used up, and ended when the call fails;
 * - decoded pixels: `{ data, width, height, channels }`, `ImageData`, or sharp's `{ data, info }`.
 *
 * EXIF orientation is honoured. Bytes and pixels are not copied: leave them alone until the call has settled.
 */
export type ImageSource = string | URL | BytesInMemory | BytesInTime | RawImage | ImageDataLike | SharpOutput;

/** The most bytes of an encoded picture. */
const LARGEST_FILE = 2 ** 30;
/** The same of one that arrives: how long a stream is cannot be known beforehand. */
const LONGEST_STREAM = 2 ** 28;

/** The bytes of an encoded picture, or checked pixels. Throws IMAGE_NOT_FOUND, IMAGE_INVALID, ABORTED. */
export async function readSource(source: ImageSource, signal?: AbortSignal): Promise<Uint8Array | Image> {
  if (typeof source === 'string' || isUrl(source)) return readText(String(source), signal);
  const bytes = memoryBytes(source);
  if (bytes) return someBytes(bytes);
  if (isInTime(source)) return readArriving(source, signal);
  if (typeof source === 'object' && source !== null && 'data' in source) {
    // sharp's output is an encoded picture unless raw() was asked for.
    const encoded = 'info' in source && source.info?.format !== 'raw' ? memoryBytes(source.data) : undefined;
    return encoded
      ? someBytes(encoded)
      : checkPixels('info' in source ? { ...source.info, data: source.data } : source);
  }
  const remedy = typeof (Object(source) as PromiseLike<unknown>).then === 'function' ? 'await it' : undefined;
  throw unexpected(
    'IMAGE_INVALID',
    'a picture as a path, a file: or data: URL, encoded bytes, a Blob, Response or stream, { data, width, height, channels } or ImageData',
    source,
    { remedy },
  );
}

/** The bytes of a picture that arrives in time. Rejects with IMAGE_NOT_FOUND, IMAGE_INVALID or ABORTED. */
export async function readArriving(source: BytesInTime, signal: AbortSignal | undefined): Promise<Uint8Array> {
  return someBytes(await readInTime(source, sourceOptions(signal)));
}

/** A buffer that was transferred away has no bytes either. */
function someBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) throw invalidImage('Expected an encoded picture but received no bytes');
  return bytes;
}

function sourceOptions(signal: AbortSignal | undefined): SourceOptions {
  return {
    signal,
    limit: LONGEST_STREAM,
    invalid: (problem, cause) => invalidImage(`Expected a picture but ${problem}`, cause),
    notFound: (problem) => new MobileNetEdgeError('IMAGE_NOT_FOUND', `Expected a picture but ${problem}`),
  };
}

async function readText(name: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  if (isDataUrl(name)) return someBytes(dataUrlBytes(name, sourceOptions(signal)));
  const path = toPath(name, 'IMAGE_NOT_FOUND', 'fetch the picture and pass the Response');
  try {
    return await readRegularFile(path, LARGEST_FILE, signal);
  } catch (cause) {
    if (signal?.aborted) throw abortError(signal);
    const problem = `Expected a picture but ${fileProblem(path, cause)}`;
    throw new MobileNetEdgeError(isUnfit(cause) ? 'IMAGE_INVALID' : 'IMAGE_NOT_FOUND', problem, { cause });
  }
}
