/** What a user may pass as a picture, and how it is told apart. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import { abortError, MobileNetEdgeError } from '../errors';
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
  if (typeof source === 'string' || source instanceof URL) return readPath(source, signal);
  if (types.isUint8Array(source) || types.isAnyArrayBuffer(source)) {
    // A buffer that was transferred away has no bytes either, and making a view of it would throw.
    if (source.byteLength === 0) throw invalidImage('Expected an encoded picture but received no bytes');
    return types.isUint8Array(source) ? source : new Uint8Array(source);
  }
  if (typeof source !== 'object' || source === null || !('data' in source)) {
    throw invalidImage(
      `Expected a picture as a path, a file: URL, encoded bytes, { data, width, height, channels } or ImageData but received ${describe(source)}`,
    );
  }
  return checkPixels(source);
}

async function readPath(source: string | URL, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const name = String(source);
  try {
    const path = name.startsWith('file:') ? fileURLToPath(name) : source;
    return await readFile(path, { signal });
  } catch (cause) {
    if (signal?.aborted) throw abortError(signal);
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'EISDIR') throw invalidImage(`Expected a picture but ${name} is a folder`, cause);
    const remedy = /^\w\w+:/.test(name) ? ': fetch it and pass the bytes' : '';
    const problem =
      code === 'ENOENT' ? `Expected a picture but there is no file ${name}` : `Cannot read ${name} (${message})`;
    throw new MobileNetEdgeError('IMAGE_NOT_FOUND', problem + remedy, { cause });
  }
}

function checkPixels(source: RawImage | ImageDataLike): Image {
  const { data, width, height } = source;
  const channels = 'channels' in source && source.channels !== undefined ? source.channels : 4;
  if (!types.isUint8Array(data) && !types.isUint8ClampedArray(data)) {
    throw invalidImage(`Expected pixels as a Uint8Array or Uint8ClampedArray but received ${describe(data)}`);
  }
  for (const [name, extent] of [['width', width] as const, ['height', height] as const]) {
    if (!Number.isSafeInteger(extent) || extent < 1) {
      throw invalidImage(
        `Expected the ${name} of a picture to be a whole number from 1 but received ${describe(extent)}`,
      );
    }
  }
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw invalidImage(`Expected 1, 3 or 4 channels but received ${describe(channels)}`);
  }
  if (data.length !== width * height * channels) {
    throw invalidImage(
      `Expected ${width * height * channels} bytes for ${width}x${height} pixels of ${channels} channels but received ${data.length}`,
    );
  }
  return { data, width, height, channels };
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return value.constructor?.name ?? 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
