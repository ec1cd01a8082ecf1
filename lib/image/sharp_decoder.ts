/** Decoding through sharp (libvips), an optional peer dependency: fast, off the main thread, and of many formats. */
import type sharp from 'sharp';
import type { Format } from './format';
import { type Channels, type Image, invalidImage, unsupportedImage } from './image';
import { readJpegHeader } from './jpeg_header';
import { readPngChunks } from './png_chunks';

type Sharp = typeof sharp;

let loading: Promise<Sharp | undefined> | undefined;
let failure: unknown;

/** sharp, or undefined where it is not installed. A sharp that is installed but cannot run is left aside with a warning. */
export function loadSharp(): Promise<Sharp | undefined> {
  loading ??= import('sharp').then(
    (module) => module.default,
    (error: NodeJS.ErrnoException) => {
      failure = error;
      const absent = /MODULE_NOT_FOUND/.test(error.code ?? '') && /'sharp'/.test(error.message);
      if (!absent)
        process.emitWarning(`mobilenet-edge decodes pictures without sharp, which fails to load: ${error.message}`);
      return undefined;
    },
  );
  return loading;
}

/** Why loadSharp() gave undefined. */
export function sharpFailure(): unknown {
  return failure;
}

/** Under which name each format stands in `sharp.format`. */
const SHARP_NAMES = {
  JPEG: 'jpeg',
  PNG: 'png',
  GIF: 'gif',
  WebP: 'webp',
  TIFF: 'tiff',
  AVIF: 'heif',
  HEIC: 'heif',
  'JPEG XL': 'jxl',
  'JPEG 2000': 'jp2',
} as const satisfies Record<SharpFormat, string>;

export type SharpFormat = Exclude<Format, 'BMP'>;

/**
 * Decodes the first frame to upright sRGB, with alpha where there is some, 16 bits cut to the upper 8. ICC profiles are
 * ignored, as TensorFlow and PIL do, so that both decoders agree.
 * Throws IMAGE_INVALID, or IMAGE_UNSUPPORTED for a format that this build of sharp lacks.
 */
export async function decodeWithSharp(sharp: Sharp, bytes: Uint8Array, format: SharpFormat): Promise<Image> {
  // libjpeg and libpng would fill gigabytes for a small file whose header promises as much.
  if (format === 'JPEG') readJpegHeader(bytes);
  if (format === 'PNG') readPngChunks(bytes);
  try {
    // sharp takes no Uint8Array of another realm.
    const own = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const decoder = sharp(own, { failOn: 'error', ignoreIcc: true }).rotate().toColourspace('srgb');
    const { data, info } = await decoder.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: info.channels as Channels };
  } catch (cause) {
    const reason = (cause as Error).message;
    const formats = sharp.format as unknown as Record<string, { input: { buffer: boolean } } | undefined>;
    // A sharp with HEIF reads AVIF but usually not the HEVC of telephones.
    if (!formats[SHARP_NAMES[format]]?.input.buffer || /compression format/i.test(reason)) {
      throw unsupportedImage(
        `This build of sharp does not read this ${format} (${reason}): store it as JPEG or PNG`,
        cause,
      );
    }
    throw invalidImage(`Expected a whole ${format} but it cannot be decoded: ${reason}`, cause);
  }
}
