/** From what a user has on a page to what can be sent to a worker, at once and without keeping the page from its work. */
import { bytesOf, isBuffer, isUint8Array, isUrl, tagOf } from '../bytes';
import { MobileNetEdgeError } from '../errors';
import { invalidImage, unsupportedImage } from '../image/image';
import { describe, type ImageDataLike, type RawImage } from '../image/pixels';
import { absoluteUrl } from './absolute_url';
import type { SentPicture } from './protocol';

/**
 * A picture:
 * - an element of the page: HTMLImageElement, HTMLVideoElement (its current frame), HTMLCanvasElement;
 * - OffscreenCanvas, ImageBitmap, VideoFrame: none of them is closed;
 * - an encoded picture that the browser decodes: Blob, File, bytes, or its URL;
 * - decoded pixels: ImageData, or `{ data, width, height, channels }`.
 *
 * EXIF orientation is honoured. What is given is copied before the call's first await: it may change afterwards.
 */
export type ImageSource =
  | string
  | URL
  | Blob
  | Uint8Array
  | ArrayBuffer
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | ImageBitmap
  | VideoFrame
  | RawImage
  | ImageDataLike;

type Drawable = HTMLImageElement | HTMLVideoElement | HTMLCanvasElement | OffscreenCanvas | ImageBitmap;

export interface Parcel {
  picture: SentPicture;
  transfer: Transferable[];
}

/** Rejects with IMAGE_INVALID or IMAGE_UNSUPPORTED. */
export async function packPicture(source: ImageSource): Promise<Parcel> {
  if (typeof source === 'string' || isUrl(source)) {
    const problem = (cause: unknown) =>
      new MobileNetEdgeError('IMAGE_NOT_FOUND', `Expected the URL of a picture but received ${source}`, { cause });
    return parcel({ kind: 'url', url: absoluteUrl(source, problem) });
  }
  if (isUint8Array(source) || isBuffer(source)) {
    if (source.byteLength === 0) throw invalidImage('Expected an encoded picture but received no bytes');
    return parcel({ kind: 'encoded', blob: new Blob([bytesOf(source) as Uint8Array<ArrayBuffer>]) });
  }
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
  if (typeof source !== 'object' || source === null || !('data' in source)) {
    throw invalidImage(
      `Expected a picture as an image, video or canvas element, an ImageBitmap, VideoFrame or ImageData, a Blob, a URL, encoded bytes or { data, width, height, channels } but received ${describe(source)}`,
    );
  }
  return pixelParcel(source as RawImage | ImageDataLike);
}

const HAVE_CURRENT_DATA = 2;

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
