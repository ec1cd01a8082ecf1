/**
 * BMP (Windows BITMAPINFOHEADER to BITMAPV5HEADER), uncompressed: palettes of 1, 4 and 8 bits, 16, 24 and 32 bits, bit
 * fields, rows from either end. Our own, because sharp reads no BMP, and the libraries of npm misread ordinary files: they
 * ignore where the pixels start, rows from the top, or odd widths of 4 bits.
 */
import { checkExtents, type Image, invalidImage, unsupportedImage } from './image';

const FILE_HEADER_BYTES = 14;
const INFO_HEADER_BYTES = 40;
const BI_RGB = 0;
const BI_BITFIELDS = 3;
const BI_ALPHABITFIELDS = 6;

interface BmpHeader {
  width: number;
  height: number;
  bits: number;
  fromTop: boolean;
  /** Offset of the first row that is stored, bytes from one row to the next. */
  pixels: number;
  stride: number;
  /** Masks of red, green, blue and alpha; for 16 and 32 bits. */
  masks: number[];
  /** Blue, green, red, unused; up to 8 bits. */
  palette: Uint8Array;
}

/** Throws IMAGE_INVALID for a damaged or truncated file, IMAGE_UNSUPPORTED for one that is compressed. */
export function decodeBmp(bytes: Uint8Array): Image {
  const header = readHeader(bytes);
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

function readHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < FILE_HEADER_BYTES + INFO_HEADER_BYTES) throw cutOff();
  const headerBytes = view.getUint32(14, true);
  const width = view.getInt32(18, true);
  const storedHeight = view.getInt32(22, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (headerBytes < INFO_HEADER_BYTES || headerBytes > 124 || ![1, 4, 8, 16, 24, 32].includes(bits)) {
    throw invalidImage(`Expected a Windows BMP but received a header of ${headerBytes} bytes and ${bits} bits a pixel`);
  }
  const masked = (compression === BI_BITFIELDS || compression === BI_ALPHABITFIELDS) && (bits === 16 || bits === 32);
  if (compression !== BI_RGB && !masked) {
    throw unsupportedImage(`Compressed BMP (method ${compression}) is not read: store the picture as PNG`);
  }
  const height = Math.abs(storedHeight);
  checkExtents('BMP', width, height);

  const masks = bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
  const maskCount = !masked ? 0 : headerBytes >= 56 || compression === BI_ALPHABITFIELDS ? 4 : 3;
  const masksStart = FILE_HEADER_BYTES + INFO_HEADER_BYTES;
  const masksEnd = masksStart + 4 * maskCount;
  const paletteStart = Math.max(FILE_HEADER_BYTES + headerBytes, masksEnd);
  const pixels = view.getUint32(10, true);
  const stride = Math.ceil((width * bits) / 32) * 4;
  const rowBytes = Math.ceil((width * bits) / 8);
  if (pixels < paletteStart) throw invalidImage('Expected the pixels of a BMP to follow its header');
  if (pixels + (height - 1) * stride + rowBytes > bytes.length) throw cutOff();
  for (let i = 0; i < maskCount; i++) masks[i] = view.getUint32(masksStart + 4 * i, true);

  const colors = Math.min(view.getUint32(46, true) || 1 << bits, 1 << bits);
  const paletteEnd = Math.min(paletteStart + 4 * colors, pixels);
  const palette = bits <= 8 ? bytes.subarray(paletteStart, paletteEnd) : bytes.subarray(0, 0);
  return { width, height, bits, fromTop: storedHeight < 0, pixels, stride, masks, palette };
}

/** An index beyond the palette is black. */
function paletteRow(view: DataView, from: number, { bits, palette }: BmpHeader, row: Uint8Array): void {
  for (let x = 0, to = 0; to < row.length; x++) {
    const bit = x * bits;
    const index = (view.getUint8(from + (bit >> 3)) >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
    for (let c = 2; c >= 0; c--) row[to++] = palette[4 * index + c] ?? 0;
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

function cutOff(): Error {
  return invalidImage('Expected a whole BMP but the file ends early: it is truncated or damaged');
}
