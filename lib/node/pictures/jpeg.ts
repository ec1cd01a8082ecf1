import { type Channels, type Image, invalidImage, unsupportedImage } from '../../image/image';
import { orient } from '../../image/orient';
import { type JpegHeader, jpegCutOff, readJpegHeader } from './jpeg_header';
import { type Decoded, decodeTurbo } from './jpeg_turbo';

/** What a picture may take while it is decoded: 300 megapixels of baseline, 110 of progressive 4:4:4. */
const MAX_BYTES = 1024 * 2 ** 20;
/** The share of a picture's pixels that may be missing from a file that is cut off. */
const MAX_MISSING = 0.05;
/** What libjpeg-turbo makes of samples that are missing: no light and no colour more than the mean. */
const MISSING_SAMPLE = 128;

/**
 * Decodes a JPEG to upright RGB or gray: baseline and progressive, of any sampling; CMYK and YCCK become RGB as djpeg and
 * Chromium make it. ICC profiles are ignored, as TensorFlow and PIL do.
 *
 * What libjpeg-turbo reads with at most a warning is read: bytes too many between segments, Huffman tables or the EOI
 * left out, damaged samples. A file that is cut off is IMAGE_INVALID where more than 5 % of its pixels are missing; one of
 * several scans where more than the last bits of its last scan are, because its pixels are all there and all blurred.
 */
export function decodeJpeg(bytes: Uint8Array): Image {
  const header = readJpegHeader(bytes);
  const { width, height, components, orientation } = header;
  const channels = checkSupported(header);
  const decoded = decodeTurbo(bytes.subarray(0, header.end), width, height, channels);
  if (decoded === undefined)
    throw invalidImage('Expected a whole JPEG but libjpeg-turbo cannot decode it: it is damaged');
  checkWhole(header, decoded, channels);
  if (components < 4) return orient({ data: decoded.data, width, height, channels: channels as Channels }, orientation);
  return orient({ data: rgbOfCmyk(decoded.data), width, height, channels: 3 }, orientation);
}

function checkSupported({ width, height, components, process, scans }: JpegHeader): 1 | 3 | 4 {
  if (process !== 'common') throw unsupportedProcess(process);
  if (components !== 1 && components !== 3 && components !== 4) {
    throw unsupportedImage(
      `Expected a JPEG of 1, 3 or 4 components but it has ${components}: store the picture as RGB`,
    );
  }
  // Where several scans make the picture, libjpeg-turbo keeps all coefficients, of two bytes.
  const bytes = width * height * components * (scans.isSingle ? 1 : 3);
  if (bytes > MAX_BYTES) {
    throw unsupportedImage(
      `This JPEG of ${width}x${height} pixels is too large for the built-in decoder: install sharp, or make the picture smaller`,
    );
  }
  return components;
}

/** For what neither decoder reads, and for what sharp alone does. */
export function unsupportedProcess(process: 'arithmetic' | 'rare', cause?: unknown): Error {
  return process === 'arithmetic'
    ? unsupportedImage(
        'An arithmetic-coded JPEG needs sharp: run "npm install sharp", or store it with Huffman coding',
        cause,
      )
    : unsupportedImage(
        'A lossless or hierarchical JPEG, or one of 12 bits, is not read: store it as a baseline JPEG or PNG',
        cause,
      );
}

/** Throws IMAGE_INVALID where too much of the picture is missing. */
function checkWhole(header: JpegHeader, { data, warned }: Decoded, channels: number): void {
  const { scans, ended, width, mcuHeight } = header;
  if (!scans.isSingle && !ended) {
    // Had the last scan been whole, there would be no warning.
    if (!scans.isComplete || (warned && !scans.lastRefines)) throw jpegCutOff();
  }
  if (warned && missingShare(data, width * channels, mcuHeight) > MAX_MISSING) throw jpegCutOff();
}

/**
 * How much at the end is as libjpeg-turbo makes it of nothing: whole rows, and the end of the row of blocks before them.
 * Asked only of files that it warned of.
 */
function missingShare(data: Uint8Array, rowSamples: number, mcuHeight: number): number {
  let at = data.length;
  while (at > 0 && isMissing(data[at - 1])) at--;
  const height = data.length / rowSamples;
  const missing = (data.length - at) / rowSamples;
  const rows = Math.floor(missing);
  return (rows + (missing - rows) * Math.min(mcuHeight, height - rows)) / height;
}

/** 127: what becomes of 128 on the way from YCCK to CMYK. */
function isMissing(sample: number): boolean {
  return sample === MISSING_SAMPLE || sample === MISSING_SAMPLE - 1;
}

/** As djpeg and Chromium do: inks are stored inverted, as Adobe does, whether or not a marker says so. */
function rgbOfCmyk(cmyk: Uint8Array): Uint8Array {
  const pixels = cmyk.length / 4;
  const rgb = new Uint8Array(3 * pixels);
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += 4) {
    const black = cmyk[from + 3];
    for (let c = 0; c < 3; c++) rgb[to++] = Math.round((cmyk[from + c] * black) / 255);
  }
  return rgb;
}
