/** From what a user has on a page to what can be sent to a worker, at once and without keeping the page from its work. */
import { isUrl, tagOf, transferableBuffers } from '../base/bytes';
import { MobileNetEdgeError } from '../base/errors';
import { unexpected } from '../base/expect';
import { invalidImage, unsupportedImage } from '../image/image';
import type { ImageDataLike, RawImage } from '../image/pixels';
import type { SourceOptions } from '../sources/limits';
import { type BytesInMemory, memoryBytes } from '../sources/memory';
import { type BytesInTime, isInTime, readInTime } from '../sources/stream';
import { absoluteUrl } from './absolute_url';
import type { Dom } from './dom';
import type { SentPicture } from './protocol';

/**
 * A picture:
 * - an element of the page: HTMLImageElement, HTMLVideoElement (its current frame), HTMLCanvasElement;
 * - OffscreenCanvas, ImageBitmap, VideoFrame: none of them is closed;
 * - an encoded picture that the browser decodes: Blob, File, bytes, its URL, or a Response or stream, which is used up;
 * - decoded pixels: ImageData, or `{ data, width, height, channels }`.
 *
 * EXIF orientation is honoured. What is given is copied before the call's first await: it may change afterwards.
 */
export type ImageSource =
  | string
  | URL
  | BytesInMemory
  | BytesInTime
  | Dom<'HTMLImageElement'>
  | Dom<'HTMLVideoElement'>
  | Dom<'HTMLCanvasElement'>
  | Dom<'OffscreenCanvas'>
  | Dom<'ImageBitmap'>
  | Dom<'VideoFrame'>
  | RawImage
  | ImageDataLike;

type Drawable = HTMLImageElement | HTMLVideoElement | HTMLCanvasElement | OffscreenCanvas | ImageBitmap;

/** @internal */
export interface Parcel {
  picture: SentPicture;
  transfer: Transferable[];
}

/** Rejects with IMAGE_INVALID, IMAGE_NOT_FOUND, IMAGE_UNSUPPORTED or ABORTED. @internal */
export async function packPicture(source: ImageSource, signal?: AbortSignal): Promise<Parcel> {
  if (typeof source === 'string' || isUrl(source)) {
    const problem = (cause: unknown) => unexpected('IMAGE_NOT_FOUND', 'the URL of a picture', source, { cause });
    return parcel({ kind: 'url', url: absoluteUrl(source, problem) });
  }
  const bytes = memoryBytes(source);
  if (bytes) return encodedParcel(bytes);
  // By tag, not by instanceof: elements may come from an iframe, and a worker knows no elements.
  switch (tagOf(source).slice(8, -1)) {
    case 'Blob':
    case 'File':
      return parcel({ kind: 'encoded', blob: source as Blob });
    case 'VideoFrame':
      return drawableParcel(cloned(source as VideoFrame));
    case 'HTMLImageElement':
      return drawableParcel(await snapshot(await loaded(source as HTMLImageElement)));
    case 'HTMLVideoElement':
      if ((source as HTMLVideoElement).readyState < HAVE_CURRENT_DATA) {
        throw invalidImage('Expected a video with a frame to show but it has none yet: wait for its loadeddata event');
      }
      return drawableParcel(await snapshot(source as HTMLVideoElement));
    case 'HTMLCanvasElement':
    case 'OffscreenCanvas':
    case 'ImageBitmap':
      return drawableParcel(await snapshot(source as Drawable));
  }
  if (isInTime(source)) return encodedParcel(await readInTime(source, sourceOptions(signal)));
  if (typeof source !== 'object' || source === null || !('data' in source)) {
    throw unexpected(
      'IMAGE_INVALID',
      'a picture as an image, video or canvas element, an ImageBitmap, VideoFrame or ImageData, a Blob, Response or stream, a URL, encoded bytes or { data, width, height, channels }',
      source,
    );
  }
  return pixelParcel(source as RawImage | ImageDataLike);
}

const HAVE_CURRENT_DATA = 2;

/** The most bytes of an encoded picture that comes as a stream. */
const LONGEST_STREAM = 2 ** 28;

function sourceOptions(signal: AbortSignal | undefined): SourceOptions {
  return {
    signal,
    limit: LONGEST_STREAM,
    invalid: (problem, cause) => invalidImage(`Expected a picture but ${problem}`, cause),
    notFound: (problem) => new MobileNetEdgeError('IMAGE_NOT_FOUND', `Expected a picture but ${problem}`),
  };
}

function encodedParcel(bytes: Uint8Array): Parcel {
  if (bytes.length === 0) throw invalidImage('Expected an encoded picture but received no bytes');
  // A Blob takes no memory that threads share.
  const own = transferableBuffers(bytes).length > 0 ? bytes : bytes.slice();
  return parcel({ kind: 'encoded', blob: new Blob([own as Uint8Array<ArrayBuffer>]) });
}

function parcel(picture: SentPicture): Parcel {
  return { picture, transfer: [] };
}

function drawableParcel(drawable: ImageBitmap | VideoFrame): Parcel {
  return { picture: { kind: 'drawable', drawable }, transfer: [drawable] };
}

/** A copy of exactly the pixels: sending a view would send all of its buffer. What is wrong with them the host tells. */
function pixelParcel({ data, width, height, ...rest }: RawImage | ImageDataLike): Parcel {
  const { channels } = rest as Partial<RawImage>;
  const copy = ArrayBuffer.isView(data) ? data.slice() : data;
  const transfer = ArrayBuffer.isView(copy) ? [copy.buffer as ArrayBuffer] : [];
  return { picture: { kind: 'pixels', pixels: { data: copy, width, height, channels: channels ?? 4 } }, transfer };
}

function cloned(frame: VideoFrame): VideoFrame {
  try {
    return frame.clone();
  } catch (cause) {
    throw invalidImage('Expected a VideoFrame but it was closed', cause);
  }
}

async function loaded(image: HTMLImageElement): Promise<HTMLImageElement> {
  const failed = (cause?: unknown) =>
    invalidImage(`Expected an image but ${shortUrl(image)} could not be loaded`, cause);
  if (!image.complete) {
    await image.decode().catch((cause) => {
      throw failed(cause);
    });
  }
  if (image.naturalWidth === 0) throw failed();
  return image;
}

function shortUrl({ currentSrc, src }: HTMLImageElement): string {
  const url = currentSrc || src || 'one without a source';
  return url.length > 100 ? `${url.slice(0, 100)}...` : url;
}

async function snapshot(drawable: Drawable): Promise<ImageBitmap> {
  if (drawable.width === 0 && 'height' in drawable && !('videoWidth' in drawable) && !('naturalWidth' in drawable)) {
    throw invalidImage('Expected a picture but it has no pixels, or was closed');
  }
  try {
    return await createImageBitmap(drawable, { imageOrientation: 'from-image' });
  } catch (cause) {
    throw unsupportedImage(`This browser does not give the picture's pixels (${(cause as Error).message})`, cause);
  }
}
