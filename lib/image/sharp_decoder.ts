/** Decoding through sharp (libvips), an optional peer dependency: fast, off the main thread, and of many formats. */
import type sharp from 'sharp';
import type { Format } from './format';
import { type Channels, checkExtents, type Image, invalidImage, unsupportedImage } from './image';

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

/**
 * Decodes the first frame to upright sRGB, with alpha where there is some, 16 bits cut to the upper 8. ICC profiles are
 * ignored, as TensorFlow and PIL do, so that both decoders agree.
 * Throws IMAGE_INVALID, or IMAGE_UNSUPPORTED for a format that this build of sharp lacks.
 */
export async function decodeWithSharp(sharp: Sharp, bytes: Uint8Array, format: Format): Promise<Image> {
  try {
    const decoder = sharp(bytes, { failOn: 'error', ignoreIcc: true }).rotate().toColourspace('srgb');
    const { data, info } = await decoder.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    checkExtents(format, info.width, info.height);
    return { data, width: info.width, height: info.height, channels: info.channels as Channels };
  } catch (cause) {
    const reason = (cause as Error).message;
    const lacking =
      format !== 'JPEG' && format !== 'PNG' && /unsupported image format|compression format/i.test(reason);
    if (lacking) {
      throw unsupportedImage(
        `This build of sharp does not read this ${format} (${reason}): store it as JPEG or PNG`,
        cause,
      );
    }
    throw invalidImage(`Expected a whole ${format} but it cannot be decoded: ${reason}`, cause);
  }
}
