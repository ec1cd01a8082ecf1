/** From what a page has sent to upright pixels; the browser decodes. */
import { MobileNetEdgeError, throwIfAborted } from '../base/errors';
import { FORMAT_BYTES, pictureFormat } from '../image/format';
import { type Image, invalidImage, MAX_PIXELS, unsupportedImage } from '../image/image';
import { checkPixels } from '../image/pixels';
import { remedyFor } from '../image/unsupported';
import { fetchBytes } from './fetch_bytes';
import type { SentPicture } from './protocol';

/** The most bytes of an encoded picture. */
const LARGEST_PICTURE = 2 ** 28;

/** Rejects with IMAGE_NOT_FOUND, IMAGE_INVALID, IMAGE_UNSUPPORTED or ABORTED. */
export async function decodePicture(picture: SentPicture, signal?: AbortSignal): Promise<Image> {
  switch (picture.kind) {
    case 'pixels':
      return checkPixels(picture.pixels);
    case 'drawable':
      return readPixels(picture.drawable);
    case 'encoded':
      return decodeBlob(picture.blob, signal);
    case 'url': {
      const bytes = await fetchBytes(picture.url, { signal, limit: LARGEST_PICTURE + 1, failure: imageNotFound });
      if (bytes.length > LARGEST_PICTURE) {
        throw unsupportedImage(`Expected a picture of at most ${LARGEST_PICTURE} bytes but ${picture.url} has more`);
      }
      return decodeBlob(new Blob([bytes as Uint8Array<ArrayBuffer>]), signal);
    }
  }
}

function imageNotFound(problem: string, cause?: unknown): MobileNetEdgeError {
  return new MobileNetEdgeError('IMAGE_NOT_FOUND', `Expected a picture but ${problem}`, { cause });
}

async function decodeBlob(blob: Blob, signal: AbortSignal | undefined): Promise<Image> {
  if (typeof createImageBitmap !== 'function') {
    throw unsupportedImage('This runtime decodes no pictures: pass pixels, { data, width, height, channels }');
  }
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' }).catch(async (cause) => {
    const format = pictureFormat(new Uint8Array(await blob.slice(0, FORMAT_BYTES).arrayBuffer()));
    if (format === undefined) {
      throw invalidImage(`Expected an encoded picture but received ${blob.size} bytes of something else`, cause);
    }
    if (format === 'JPEG' || format === 'PNG' || format === 'BMP' || format === 'GIF' || format === 'WebP') {
      throw invalidImage(`Expected a whole ${format} but this browser cannot decode it: it is damaged`, cause);
    }
    throw unsupportedImage(
      `This browser does not decode this ${format}: ${remedyFor(format) ?? 'store the picture as JPEG, PNG or WebP'}`,
      cause,
    );
  });
  if (signal?.aborted) bitmap.close();
  throwIfAborted(signal);
  return readPixels(bitmap);
}

/** Kept from picture to picture: those of a camera have all the same size. */
let canvas: OffscreenCanvas | undefined;

/** Closes the drawable. */
function readPixels(drawable: ImageBitmap | VideoFrame): Image {
  try {
    const [width, height] =
      'displayWidth' in drawable ? [drawable.displayWidth, drawable.displayHeight] : [drawable.width, drawable.height];
    if (width < 1 || height < 1) throw invalidImage('Expected a picture but it has no pixels, or was closed');
    if (width * height > MAX_PIXELS) {
      throw unsupportedImage(`Expected a picture of at most ${MAX_PIXELS} pixels but received ${width}x${height}`);
    }
    if (canvas?.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    context.clearRect(0, 0, width, height);
    context.drawImage(drawable, 0, 0, width, height);
    return { data: context.getImageData(0, 0, width, height).data, width, height, channels: 4 };
  } catch (cause) {
    if (cause instanceof MobileNetEdgeError) throw cause;
    throw unsupportedImage(`This browser does not give the pixels of the picture (${(cause as Error).message})`, cause);
  } finally {
    drawable.close();
  }
}
