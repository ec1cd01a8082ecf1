/** Pictures that are decoded already. */
import { isUint8Array, isUint8ClampedArray } from '../base/bytes';
import { unexpected } from '../base/expect';
import { type Channels, type Image, invalidImage } from './image';

/** Pixels as they are: upright, rows from the top, interleaved, one byte a channel; gray, RGB, or RGB with alpha. */
export interface RawImage {
  /** width * height * channels bytes; alpha is not premultiplied. */
  data: Uint8Array | Uint8ClampedArray;
  /** In pixels, at least 1. */
  width: number;
  /** In pixels, at least 1. */
  height: number;
  /** 1 gray, 3 RGB, 4 RGBA. */
  channels: Channels;
}

/** The web's `ImageData`, or anything of its form: RGBA, alpha not premultiplied. */
export interface ImageDataLike {
  /** width * height * 4 bytes. */
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
}

/** What sharp's `toBuffer({ resolveWithObject: true })` gives: pixels after `raw()`, else an encoded picture. */
export interface SharpOutput {
  data: Uint8Array;
  info: { format: string; width: number; height: number; channels: number };
}

/** Throws IMAGE_INVALID unless extents, channels and length fit together. */
export function checkPixels(source: RawImage | ImageDataLike | (ImageDataLike & { channels: number })): Image {
  const { data, width, height } = source;
  const channels = 'channels' in source && source.channels !== undefined ? source.channels : 4;
  if (!isUint8Array(data) && !isUint8ClampedArray(data)) {
    throw unexpected('IMAGE_INVALID', 'pixels as a Uint8Array or Uint8ClampedArray', data);
  }
  for (const [name, extent] of [['width', width] as const, ['height', height] as const]) {
    if (!Number.isSafeInteger(extent) || extent < 1) {
      throw unexpected('IMAGE_INVALID', `the ${name} of a picture to be a whole number from 1`, extent);
    }
  }
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw unexpected('IMAGE_INVALID', '1, 3 or 4 channels', channels);
  }
  if (data.length !== width * height * channels) {
    throw invalidImage(
      `Expected ${width * height * channels} bytes for ${width}x${height} pixels of ${channels} channels but received ${data.length}`,
    );
  }
  return { data, width, height, channels };
}
