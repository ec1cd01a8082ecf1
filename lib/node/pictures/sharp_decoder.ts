/** Decoding through sharp (libvips), an optional peer dependency: fast, off the main thread, and of many formats. */
import type sharp from 'sharp';
import type { Orientation } from '../../image/exif';
import type { Format } from '../../image/format';
import {
  type Channels,
  decodingLimit,
  type Image,
  invalidImage,
  MAX_PIXELS,
  unsupportedImage,
} from '../../image/image';
import { unsupportedFormat } from '../../image/unsupported';
import { readJpegHeader } from './jpeg_header';
import { readPngChunks } from './png_chunks';

type Sharp = typeof sharp;

let loaded: Sharp | undefined;
let failure: unknown;

/** sharp, or undefined where it is not installed. A sharp that is installed but cannot run is left aside with a warning. */
export function loadSharp(): Sharp | undefined {
  if (loaded || failure) return loaded;
  // require(), since jest has no import() without a flag; in try, by which bundlers know what may be absent.
  try {
    loaded = require('sharp') as Sharp;
  } catch (error) {
    failure = error;
    const { code, message } = error as NodeJS.ErrnoException;
    // "Cannot find module 'sharp'"; "mobilenet-edge tried to access sharp (a peer dependency) but" is Yarn's PnP.
    const isAbsent = /MODULE_NOT_FOUND/.test(code ?? '') && /'sharp'|tried to access sharp\b/.test(message);
    if (!isAbsent)
      process.emitWarning(`mobilenet-edge decodes pictures without sharp, which fails to load: ${message}`);
  }
  return loaded;
}

/** Why loadSharp() gave undefined. */
export function sharpFailure(): unknown {
  return failure;
}

/** Under which name a build of sharp that reads a format says so. */
const SHARP_NAMES: Partial<Record<Format, string>> = {
  GIF: 'gif',
  WebP: 'webp',
  TIFF: 'tiff',
  AVIF: 'heif',
  HEIC: 'heif',
  'JPEG XL': 'jxl',
  'JPEG 2000': 'jp2',
};

type Picture = ReturnType<Sharp>;

/**
 * How sharp turns a stored picture upright. By the tag as we read it, not by sharp's own `rotate()`, which knows the
 * type SHORT only. 5 and 7, which no camera writes, need two steps, whose order is sharp's.
 */
const TURNS: Partial<Record<Orientation, (picture: Picture) => Picture>> = {
  1: (picture) => picture,
  2: (picture) => picture.flop(),
  3: (picture) => picture.rotate(180),
  4: (picture) => picture.flip(),
  6: (picture) => picture.rotate(90),
  8: (picture) => picture.rotate(270),
};

/**
 * Decodes a JPEG or PNG to upright pixels, the same as the built-in decoder's; undefined for what is out of the ordinary
 * (damaged, cut off, CMYK): the built-in decoder then says what it is, so that answers do not depend on sharp.
 * Throws IMAGE_INVALID for promises that no file keeps: libjpeg and libpng would fill gigabytes.
 */
export async function decodeOrdinary(
  sharp: Sharp,
  bytes: Uint8Array,
  format: 'JPEG' | 'PNG',
): Promise<Image | undefined> {
  const { part, orientation, failOn } = format === 'JPEG' ? ordinaryJpeg(bytes) : ordinaryPng(bytes);
  const turn = TURNS[orientation];
  if (part === undefined || turn === undefined) return undefined;
  try {
    return await decode(turn(sharp(own(part), { failOn, ignoreIcc: true })));
  } catch {
    return undefined;
  }
}

interface Ordinary {
  /** What sharp is to see of the file. */
  part?: Uint8Array;
  orientation: Orientation;
  failOn: 'warning' | 'error';
}

function ordinaryJpeg(bytes: Uint8Array): Ordinary {
  const { components, orientation, process, ended, end } = readJpegHeader(bytes);
  const ordinary = (components === 1 || components === 3) && ended && process !== 'rare';
  // The built-in decoder judges what libjpeg warns of; arithmetic coding it does not know.
  const failOn = process === 'common' ? 'warning' : 'error';
  return { part: ordinary ? bytes.subarray(0, end + 2) : undefined, orientation, failOn };
}

function ordinaryPng(bytes: Uint8Array): Ordinary {
  const { orientation, pixelParts, hasOtherParts } = readPngChunks(bytes);
  // Without texts and profiles, which may be damaged, or inflate to gigabytes.
  return { part: hasOtherParts ? Buffer.concat(pixelParts) : bytes, orientation, failOn: 'error' };
}

/**
 * Decodes the first frame to upright sRGB, with alpha where there is some, 16 bits cut to the upper 8. ICC profiles are
 * ignored, as TensorFlow and PIL do.
 * Throws IMAGE_INVALID, or IMAGE_UNSUPPORTED for a format that this build of sharp lacks.
 */
export async function decodeWithSharp(sharp: Sharp, bytes: Uint8Array, format: Format): Promise<Image> {
  const name = SHARP_NAMES[format];
  const formats = sharp.format as unknown as Record<string, { input: { buffer: boolean } } | undefined>;
  if (name === undefined || !formats[name]?.input.buffer) throw unsupportedFormat(format);
  // RGBA, libvips' own and ours.
  const limitInputPixels = Math.min(MAX_PIXELS, Math.floor(decodingLimit(bytes.length) / 8));
  try {
    return await decode(sharp(own(bytes), { failOn: 'error', ignoreIcc: true, limitInputPixels }).rotate());
  } catch (cause) {
    const reason = (cause as Error).message;
    if (/pixel limit/.test(reason)) {
      throw unsupportedImage(
        `Expected a ${format} of at most ${limitInputPixels} pixels, as one of ${bytes.length} bytes may have, but it has more: make the picture smaller`,
        cause,
      );
    }
    // A sharp with HEIF reads AVIF but usually not the HEVC of telephones.
    if (format === 'HEIC' || /compression format/i.test(reason)) throw unsupportedFormat('HEIC', cause);
    throw invalidImage(`Expected a whole ${format} but it cannot be decoded: ${reason}`, cause);
  }
}

/** sharp takes no Uint8Array of another realm. */
function own(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function decode(picture: Picture): Promise<Image> {
  const levels = picture.toColourspace('srgb').raw({ depth: 'uchar' });
  const { data, info } = await levels.toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels as Channels };
}
