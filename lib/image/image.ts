/** A decoded picture, and the limits that every decoder keeps to. */
import { MobileNetEdgeError } from '../base/errors';

/** Gray, RGB, or RGB with alpha (not premultiplied). */
export type Channels = 1 | 3 | 4;

/** An upright picture: rows from the top, pixels interleaved, one byte a channel, `data.length` = width * height * channels. */
export interface Image {
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
  channels: Channels;
}

/** The most pixels that a file may promise in its header (sharp's own limit): what is larger is taken for an attack. */
export const MAX_PIXELS = 0x3fff * 0x3fff;

/** Throws IMAGE_INVALID unless a header's extents are positive and within MAX_PIXELS. */
export function checkExtents(format: string, width: number, height: number): void {
  if (width < 1 || height < 1 || width * height > MAX_PIXELS) {
    throw invalidImage(
      `Expected a ${format} picture of 1 to ${MAX_PIXELS} pixels but its header says ${width}x${height}`,
    );
  }
}

/** What decoding may take beside its file, in bytes, and what each byte of the file adds to it: photographs have many. */
const DECODING_BYTES = 192 * 2 ** 20;
const DECODING_BYTES_PER_BYTE = 96;

/** How much memory the decoding of a file of so many bytes may take. */
export function decodingLimit(fileBytes: number): number {
  return DECODING_BYTES + DECODING_BYTES_PER_BYTE * fileBytes;
}

/** Throws IMAGE_UNSUPPORTED where a picture takes `bytes` to decode, which is out of proportion to its file. */
export function checkDecoding(format: string, bytes: number, fileBytes: number): void {
  if (bytes <= decodingLimit(fileBytes)) return;
  throw unsupportedImage(
    `Expected a ${format} that takes at most ${decodingLimit(fileBytes)} bytes to decode, as one of ${fileBytes} bytes may, but it takes ${bytes}: make the picture smaller`,
  );
}

export function invalidImage(message: string, cause?: unknown): MobileNetEdgeError {
  return new MobileNetEdgeError('IMAGE_INVALID', message, cause === undefined ? undefined : { cause });
}

export function unsupportedImage(message: string, cause?: unknown): MobileNetEdgeError {
  return new MobileNetEdgeError('IMAGE_UNSUPPORTED', message, cause === undefined ? undefined : { cause });
}
