/** Small pictures made on the spot, for the tests of pictures. */
import { deflateSync } from 'node:zlib';
import { encode as encodeJpeg } from 'jpeg-js';
import { MobileNetEdgeError } from '../lib/base/errors';
import type { Channels, Image } from '../lib/image/image';

/** A smooth picture without symmetry, kind to JPEG: what it decodes to shows which way up it is. */
export function gradient(width: number, height: number, channels: Channels): Image {
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const levels = [
        (230 * x) / width + 10,
        (230 * y) / height + 10,
        200 - (90 * (x + 2 * y)) / (width + 2 * height),
        255,
      ];
      for (let c = 0; c < channels; c++) data[(y * width + x) * channels + c] = levels[c];
    }
  }
  return { data, width, height, channels };
}

/** mulberry32: uniform numbers in [0, 1). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function noise(width: number, height: number, channels: Channels, seed = 1): Image {
  const next = random(seed);
  return { data: Uint8Array.from({ length: width * height * channels }, () => 256 * next()), width, height, channels };
}

export function jpeg({ data, width, height, channels }: Image, quality = 95): Buffer {
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = data[channels * i + (channels === 1 ? 0 : c)];
  }
  return Buffer.from(encodeJpeg({ data: rgba, width, height }, quality).data);
}

/** EXIF's numbers of the types of whole numbers. */
export const EXIF_TYPES = { BYTE: 1, SHORT: 3, LONG: 4, SBYTE: 6, SSHORT: 8, SLONG: 9 } as const;

/** A TIFF structure whose first directory has a maker (to be skipped) and an orientation. */
export function exif(orientation: number, little: boolean, type: keyof typeof EXIF_TYPES = 'SHORT'): Buffer {
  const tiff = Buffer.alloc(8 + 2 + 2 * 12 + 4);
  const u16 = (value: number, at: number) => (little ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at));
  const u32 = (value: number, at: number) => (little ? tiff.writeUInt32LE(value, at) : tiff.writeUInt32BE(value, at));
  tiff.write(little ? 'II' : 'MM', 'latin1');
  u16(42, 2);
  u32(8, 4);
  u16(2, 8);
  for (const [at, tag, entryType, count] of [
    [10, 0x010f, 2, 2],
    [22, 0x0112, EXIF_TYPES[type], 1],
  ]) {
    u16(tag, at);
    u16(entryType, at + 2);
    u32(count, at + 4);
  }
  if (type === 'BYTE' || type === 'SBYTE') tiff[30] = orientation;
  else if (type === 'LONG' || type === 'SLONG') u32(orientation, 30);
  else u16(orientation, 30);
  return tiff;
}

/** Inserts an APP1 segment after the first two bytes of a JPEG. */
export function withApp1(file: Buffer, payload: Buffer): Buffer {
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([file.subarray(0, 2), head, payload, file.subarray(2)]);
}

export function withExif(file: Buffer, orientation: number, little = true): Buffer {
  return withApp1(file, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exif(orientation, little)]));
}

export interface PngParts {
  width: number;
  height: number;
  bitDepth: number;
  /** 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGBA. */
  colorType: number;
  interlace?: 0 | 1;
  /** Rows as they are stored, packed and filtered as the standard says, without filter bytes. */
  rows: Uint8Array[];
  /** The data of IDAT in place of that of `rows`. */
  deflated?: Uint8Array;
  /** The filter of each row; default 0, none. */
  filters?: number[];
  /** Chunks between IHDR and IDAT. */
  chunks?: [type: string, data: Uint8Array][];
}

export function png({
  width,
  height,
  bitDepth,
  colorType,
  interlace = 0,
  rows,
  filters,
  deflated,
  chunks = [],
}: PngParts): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bitDepth, colorType, 0, 0, interlace], 8);
  const filtered = Buffer.concat(rows.map((row, y) => Buffer.concat([Buffer.from([filters?.[y] ?? 0]), row])));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...chunks.map(([type, data]) => chunk(type, data)),
    chunk('IDAT', deflated ?? deflateSync(filtered)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** An 8-bit PNG of the picture. */
export function pngOf({ data, width, height, channels }: Image, chunks?: PngParts['chunks']): Buffer {
  const stride = width * channels;
  const rows = Array.from({ length: height }, (_, y) => Uint8Array.from(data.subarray(y * stride, (y + 1) * stride)));
  return png({ width, height, bitDepth: 8, colorType: { 1: 0, 3: 2, 4: 6 }[channels], rows, chunks });
}

function chunk(type: string, data: Uint8Array): Buffer {
  const framed = Buffer.alloc(12 + data.length);
  framed.writeUInt32BE(data.length, 0);
  framed.write(type, 4, 'latin1');
  framed.set(data, 8);
  framed.writeUInt32BE(crc32(framed.subarray(4, 8 + data.length)), 8 + data.length);
  return framed;
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

export interface BmpParts {
  width: number;
  /** Negative: rows from the top. */
  height: number;
  bits: number;
  compression?: number;
  /** Red, green, blue, alpha; header V4 where given. */
  masks?: number[];
  /** Blue, green, red. */
  palette?: number[][];
  /** Unused bytes before the pixels. */
  gap?: number;
  /** Stored rows, without padding. */
  rows: Uint8Array[];
  /** 12, 16 or 64: OS/2's; default 40, or 108 with masks. */
  headerBytes?: number;
}

export function bmp({
  width,
  height,
  bits,
  compression = 0,
  masks,
  palette = [],
  gap = 0,
  rows,
  ...rest
}: BmpParts): Buffer {
  const { headerBytes = masks ? 108 : 40 } = rest;
  const core = headerBytes === 12;
  const colorBytes = core ? 3 : 4;
  const start = 14 + headerBytes + colorBytes * palette.length + gap;
  const stride = Math.ceil((width * bits) / 32) * 4;
  const file = Buffer.alloc(start + stride * rows.length, 0xee);
  file.fill(0, 0, 14 + headerBytes);
  file.write('BM', 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(start, 10);
  file.writeUInt32LE(headerBytes, 14);
  if (core) {
    for (const [i, value] of [width, height, 1, bits].entries()) file.writeUInt16LE(value, 18 + 2 * i);
  } else {
    file.writeInt32LE(width, 18);
    file.writeInt32LE(height, 22);
    file.writeUInt16LE(1, 26);
    file.writeUInt16LE(bits, 28);
  }
  if (headerBytes >= 40) {
    file.writeUInt32LE(compression, 30);
    file.writeUInt32LE(palette.length, 46);
  }
  masks?.forEach((mask, i) => {
    file.writeUInt32LE(mask, 54 + 4 * i);
  });
  palette.forEach((color, i) => {
    file.set(core ? color : [...color, 0], 14 + headerBytes + colorBytes * i);
  });
  rows.forEach((row, y) => {
    file.set(row, start + y * stride);
  });
  return file;
}

/** A 24-bit BMP of an RGB picture, rows from the bottom. */
export function bmpOf({ data, width, height }: Image): Buffer {
  const rows = Array.from({ length: height }, (_, y) => {
    const row = data.slice(3 * width * (height - 1 - y), 3 * width * (height - y));
    for (let x = 0; x < row.length; x += 3) [row[x], row[x + 2]] = [row[x + 2], row[x]];
    return Uint8Array.from(row);
  });
  return bmp({ width, height, bits: 24, rows });
}

/** RGBA whatever the channels, to compare decoders. */
export function toRgba({ data, channels }: Image): Uint8Array {
  const pixels = data.length / channels;
  const rgba = new Uint8Array(4 * pixels).fill(255);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 4; c++) {
      if (c < 3 || channels === 4) rgba[4 * i + c] = data[channels * i + (channels === 1 ? 0 : c)];
    }
  }
  return rgba;
}

/** Largest and mean absolute difference. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): { max: number; mean: number } {
  if (a.length !== b.length) throw new Error(`lengths differ: ${a.length} and ${b.length}`);
  let max = 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i] - b[i]);
    if (!(d <= max)) max = d;
    sum += d;
  }
  return { max, mean: sum / a.length };
}

/** The MobileNetEdgeError that a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<MobileNetEdgeError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MobileNetEdgeError)) throw new Error('Expected a MobileNetEdgeError', { cause: error });
  return error;
}
