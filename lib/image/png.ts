import { type Channels, type Image, invalidImage, unsupportedImage } from './image';
import { orient } from './orient';
import { GRAY, GRAY_ALPHA, PALETTE, type PngHeader, RGB, RGB_ALPHA, readPngChunks } from './png_chunks';

/** What fast-png gives: samples of 8 or 16 bits, or rows of packed smaller ones. */
interface Samples {
  data: Uint8Array | Uint16Array | Uint8ClampedArray;
  palette?: number[][];
  transparency?: Uint16Array;
}

/**
 * Decodes a PNG to upright pixels with fast-png: palettes and transparent colours resolved, 16 bits cut to the upper 8
 * (as libvips does), gamma and ICC profiles ignored (as TensorFlow and PIL do).
 */
export async function decodePng(bytes: Uint8Array): Promise<Image> {
  const header = readPngChunks(bytes);
  if (header.interlaced && header.bitDepth < 8) {
    throw unsupportedImage(
      `The built-in decoder does not read interlaced PNG of ${header.bitDepth} bits: install sharp, or store the picture without interlacing`,
    );
  }
  const { decode } = await import('fast-png');
  const samples: Samples = decode(Buffer.concat(header.pixelParts), { checkCrc: true });
  return orient(toPixels(header, samples), header.orientation);
}

function toPixels(header: PngHeader, samples: Samples): Image {
  const { width, height, bitDepth, colorType } = header;
  const image = (channels: Channels, data: Uint8Array): Image => ({ data, width, height, channels });
  if (colorType === PALETTE) return image(4, resolvePalette(unpack(header, samples), samples.palette));
  const key = samples.transparency;
  const whole = bitDepth < 8 ? unpack(header, samples) : samples.data;
  const bytes = toBytes(whole, bitDepth);
  if (colorType === RGB_ALPHA) return image(4, bytes);
  if (colorType === GRAY_ALPHA)
    return image(
      4,
      spread(bytes, 2, (pixel) => bytes[2 * pixel + 1]),
    );
  if (colorType === GRAY && key?.length)
    return image(
      4,
      spread(bytes, 1, (i) => (whole[i] === key[0] ? 0 : 255)),
    );
  if (colorType === RGB && key?.length === 3) {
    const isKey = (i: number) => whole[3 * i] === key[0] && whole[3 * i + 1] === key[1] && whole[3 * i + 2] === key[2];
    return image(
      4,
      spread(bytes, 3, (i) => (isKey(i) ? 0 : 255)),
    );
  }
  return image(colorType === GRAY ? 1 : 3, bytes);
}

/** Samples of 1, 2 or 4 bits, packed by row from the left, one to a byte. */
function unpack({ width, height, bitDepth }: PngHeader, { data }: Samples): Uint8Array {
  const stride = Math.ceil((width * bitDepth) / 8);
  const mask = (1 << bitDepth) - 1;
  const unpacked = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * bitDepth;
      unpacked[y * width + x] = (data[y * stride + (bit >> 3)] >> (8 - bitDepth - (bit & 7))) & mask;
    }
  }
  return unpacked;
}

/** Samples of any depth as 0..255. */
function toBytes(samples: Samples['data'], bitDepth: number): Uint8Array {
  if (bitDepth === 8) return new Uint8Array(samples.buffer, samples.byteOffset, samples.length);
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

function resolvePalette(indices: Uint8Array, palette: number[][] | undefined): Uint8Array {
  if (!palette?.length) throw invalidImage('Expected a palette PNG with a PLTE chunk but it has none');
  const colors = new Uint8Array(4 * 256);
  for (let i = 0; i < 256; i++) colors[4 * i + 3] = 255; // an index beyond the palette is black, as the standard advises
  for (const [i, color] of palette.slice(0, 256).entries()) colors.set(color, 4 * i);
  const rgba = new Uint8Array(4 * indices.length);
  indices.forEach((index, pixel) => {
    for (let c = 0; c < 4; c++) rgba[4 * pixel + c] = colors[4 * index + c];
  });
  return rgba;
}
