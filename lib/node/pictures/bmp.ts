/**
 * BMP (Windows BITMAPINFOHEADER to BITMAPV5HEADER, OS/2), uncompressed: palettes of 1, 4 and 8 bits, 16, 24 and 32 bits, bit
 * fields, rows from either end. Our own, because sharp reads no BMP, and the libraries of npm misread ordinary files: they
 * ignore where the pixels start, rows from the top, or odd widths of 4 bits.
 */

import type { Image } from '../../image/image';
import { type BmpHeader, readBmpHeader } from './bmp_header';

/** Throws IMAGE_INVALID for a damaged or truncated file, IMAGE_UNSUPPORTED for one that is compressed. */
export function decodeBmp(bytes: Uint8Array): Image {
  const header = readBmpHeader(bytes);
  const { width, height, bits, stride, fromTop } = header;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const channels = bits > 8 && header.masks[3] !== 0 ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  const readRow = bits <= 8 ? paletteRow : bits === 24 ? trueColorRow : maskedRow;
  for (let y = 0; y < height; y++) {
    const from = header.pixels + (fromTop ? y : height - 1 - y) * stride;
    readRow(view, from, header, data.subarray(y * width * channels, (y + 1) * width * channels), channels);
  }
  return { data, width, height, channels };
}

/** An index beyond the palette is black. */
function paletteRow(view: DataView, from: number, { bits, palette, colorBytes }: BmpHeader, row: Uint8Array): void {
  for (let x = 0, to = 0; to < row.length; x++) {
    const bit = x * bits;
    const index = (view.getUint8(from + (bit >> 3)) >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
    for (let c = 2; c >= 0; c--) row[to++] = palette[colorBytes * index + c] ?? 0;
  }
}

function trueColorRow(view: DataView, from: number, _: BmpHeader, row: Uint8Array): void {
  for (let x = 0; x < row.length; x += 3) {
    for (let c = 0; c < 3; c++) row[x + c] = view.getUint8(from + x + 2 - c);
  }
}

function maskedRow(view: DataView, from: number, { bits, masks }: BmpHeader, row: Uint8Array, channels: number): void {
  const fields = masks.slice(0, channels).map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { shift, max: mask >>> shift };
  });
  for (let x = 0, to = 0; to < row.length; x++) {
    const pixel = bits === 16 ? view.getUint16(from + 2 * x, true) : view.getUint32(from + 4 * x, true);
    for (const { shift, max } of fields) {
      row[to++] = max === 0 ? 0 : Math.round((((pixel >>> shift) & max) >>> 0) * (255 / max));
    }
  }
}
