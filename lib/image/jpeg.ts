import { decode } from 'jpeg-js';
import { type Image, unsupportedImage } from './image';
import { readJpegHeader } from './jpeg_header';
import { orient } from './orient';

/** jpeg-js needs 14 bytes a pixel (4:2:0) to 21 (4:4:4): room for a telephone's 48 megapixels. */
const MAX_MEGABYTES = 1024;

/** Decodes a baseline or progressive JPEG to upright RGB with jpeg-js; ICC profiles are ignored, as TensorFlow and PIL do. */
export function decodeJpeg(bytes: Uint8Array): Image {
  const { orientation, rgb, common } = readJpegHeader(bytes);
  if (!common) {
    throw unsupportedImage(
      'The built-in decoder reads baseline and progressive JPEG of 8 bits only, and this one is lossless, hierarchical, ' +
        'arithmetic-coded or of 12 bits: install sharp, or store the picture as PNG',
    );
  }
  try {
    const { data, width, height } = decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      colorTransform: rgb ? false : undefined,
      tolerantDecoding: true, // false would refuse gray JPEGs with restart markers; truncation is found in the header walk
      maxResolutionInMP: Number.POSITIVE_INFINITY,
      maxMemoryUsageInMB: MAX_MEGABYTES,
    });
    return orient({ data, width, height, channels: 3 }, orientation);
  } catch (cause) {
    if (!String(cause).includes('maxMemoryUsageInMB')) throw cause;
    throw unsupportedImage(
      `This JPEG is too large for the built-in decoder (${MAX_MEGABYTES} MB of memory): install sharp, or make the picture smaller`,
      cause,
    );
  }
}
