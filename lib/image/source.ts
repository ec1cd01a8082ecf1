/** What a user may pass as a picture, and how it is told apart. */
import { fileURLToPath } from 'node:url';
import { isBuffer, isUint8Array, isUrl } from '../bytes';
import { abortError, MobileNetEdgeError } from '../errors';
import { fileProblem, isUnfit, readRegularFile } from '../regular_file';
import { type Image, invalidImage } from './image';
import { checkPixels, describe, type ImageDataLike, type RawImage } from './pixels';

/**
 * A picture:
 * - a path or a `file:` URL of an encoded picture;
 * - an encoded picture in memory: JPEG, PNG or BMP; with `sharp` installed also WebP, AVIF, GIF, TIFF and what else it
 *   reads (the first frame). The format is told by the bytes, not by the file's name;
 * - decoded pixels: `{ data, width, height, channels }`, or `ImageData`.
 *
 * EXIF orientation is honoured. Bytes and pixels are not copied: leave them alone until the call has settled.
 */
export type ImageSource = string | URL | Uint8Array | ArrayBuffer | RawImage | ImageDataLike;

/** The bytes of an encoded picture, or checked pixels. Throws IMAGE_NOT_FOUND, IMAGE_INVALID, ABORTED. */
export async function readSource(source: ImageSource, signal?: AbortSignal): Promise<Uint8Array | Image> {
  if (typeof source === 'string' || isUrl(source)) return readPath(source, signal);
  if (isUint8Array(source) || isBuffer(source)) {
    // A buffer that was transferred away has no bytes either, and making a view of it would throw.
    if (source.byteLength === 0) throw invalidImage('Expected an encoded picture but received no bytes');
    return isUint8Array(source) ? source : new Uint8Array(source);
  }
  if (typeof source !== 'object' || source === null || !('data' in source)) {
    throw invalidImage(
      `Expected a picture as a path, a file: URL, encoded bytes, { data, width, height, channels } or ImageData but received ${describe(source)}`,
    );
  }
  return checkPixels(source);
}

/** Of an encoded picture, in bytes. */
const LARGEST_FILE = 2 ** 30;

async function readPath(source: string | URL, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const name = String(source);
  let path = name;
  try {
    if (name.startsWith('file:')) path = fileURLToPath(name);
    return await readRegularFile(path, LARGEST_FILE, signal);
  } catch (cause) {
    if (signal?.aborted) throw abortError(signal);
    const remedy = /^\w\w+:/.test(name) ? ': fetch it and pass the bytes' : '';
    const problem = `Expected a picture but ${fileProblem(path, cause)}${remedy}`;
    throw new MobileNetEdgeError(isUnfit(cause) ? 'IMAGE_INVALID' : 'IMAGE_NOT_FOUND', problem, { cause });
  }
}
