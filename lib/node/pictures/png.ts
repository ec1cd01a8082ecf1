import { type Channels, type Image, invalidImage } from '../../image/image';
import { orient } from '../../image/orient';
import {
  chunkData,
  chunkType,
  GRAY,
  GRAY_ALPHA,
  PALETTE,
  type PngHeader,
  RGB,
  RGB_ALPHA,
  readPngChunks,
} from './png_chunks';
import { checkCrc } from './png_crc';
import { readSamples } from './png_samples';

/**
 * Decodes a PNG to upright pixels: palettes and transparent colours resolved, 16 bits cut to the upper 8 (as libvips does),
 * gamma and ICC profiles ignored (as TensorFlow and PIL do). Our own, over Node's zlib: the libraries of npm inflate whatever
 * a file holds before they look how much of it the header wants.
 */
export async function decodePng(bytes: Uint8Array): Promise<Image> {
  const header = readPngChunks(bytes);
  const chunks: Record<string, Uint8Array[]> = {};
  for (const chunk of header.pixelParts.slice(1)) {
    checkCrc(chunk);
    (chunks[chunkType(chunk)] ??= []).push(chunkData(chunk));
  }
  const samples = await readSamples(header, chunks.IDAT ?? []);
  return orient(toPixels(header, samples, chunks.PLTE?.[0], chunks.tRNS?.[0]), header.orientation);
}

function toPixels(
  { width, height, bitDepth, colorType }: PngHeader,
  samples: Uint8Array | Uint16Array,
  palette: Uint8Array | undefined,
  transparency: Uint8Array | undefined,
): Image {
  const image = (channels: Channels, data: Uint8Array): Image => ({ data, width, height, channels });
  if (colorType === PALETTE) return image(4, resolvePalette(samples, palette, transparency));
  const bytes = toBytes(samples, bitDepth);
  if (colorType === RGB_ALPHA) return image(4, bytes);
  if (colorType === GRAY_ALPHA)
    return image(
      4,
      spread(bytes, 2, (pixel) => bytes[2 * pixel + 1]),
    );
  const key = transparency && Array.from({ length: transparency.length >> 1 }, (_, i) => u16(transparency, 2 * i));
  if (colorType === GRAY && key?.length)
    return image(
      4,
      spread(bytes, 1, (i) => (samples[i] === key[0] ? 0 : 255)),
    );
  if (colorType === RGB && key?.length === 3) {
    const isKey = (i: number) => key.every((level, c) => samples[3 * i + c] === level);
    return image(
      4,
      spread(bytes, 3, (i) => (isKey(i) ? 0 : 255)),
    );
  }
  return image(colorType === GRAY ? 1 : 3, bytes);
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

/** Samples of any depth as 0..255. */
function toBytes(samples: Uint8Array | Uint16Array, bitDepth: number): Uint8Array {
  if (bitDepth === 8) return samples as Uint8Array;
  const scale = bitDepth === 16 ? 1 / 256 : 255 / ((1 << bitDepth) - 1);
  const bytes = new Uint8Array(samples.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = samples[i] * scale;
  return bytes;
}

/** RGBA from the first one or three of `channels` samples a pixel, and an alpha. */
function spread(samples: Uint8Array, channels: 1 | 2 | 3, alpha: (pixel: number) => number): Uint8Array {
  const pixels = samples.length / channels;
  const next = channels === 3 ? 1 : 0;
  const rgba = new Uint8Array(4 * pixels);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = samples[channels * i + next * c];
    rgba[4 * i + 3] = alpha(i);
  }
  return rgba;
}

function resolvePalette(
  indices: Uint8Array | Uint16Array,
  palette: Uint8Array | undefined,
  alphas: Uint8Array = new Uint8Array(),
): Uint8Array {
  if (!palette?.length) throw invalidImage('Expected a palette PNG with a PLTE chunk but it has none');
  const colors = new Uint8Array(4 * 256);
  for (let i = 0; i < 256; i++) {
    // An index beyond the palette is black, as the standard advises.
    for (let c = 0; c < 3; c++) colors[4 * i + c] = palette[3 * i + c] ?? 0;
    colors[4 * i + 3] = alphas[i] ?? 255;
  }
  const rgba = new Uint8Array(4 * indices.length);
  indices.forEach((index, pixel) => {
    for (let c = 0; c < 4; c++) rgba[4 * pixel + c] = colors[4 * index + c];
  });
  return rgba;
}
