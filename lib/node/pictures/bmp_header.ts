/** The headers of BMP files: Windows' of 40 to 124 bytes, and those of OS/2: 12 bytes, and 16 to 64. */
import { checkExtents, invalidImage, unsupportedImage } from '../../image/image';

export interface BmpHeader {
  width: number;
  height: number;
  bits: number;
  fromTop: boolean;
  /** Offset of the first row that is stored, bytes from one row to the next. */
  pixels: number;
  stride: number;
  /** Masks of red, green, blue and alpha; for 16 and 32 bits. */
  masks: number[];
  /** Blue, green, red, and unused where `colorBytes` is 4; up to 8 bits. */
  palette: Uint8Array;
  colorBytes: 3 | 4;
}

const FILE_HEADER_BYTES = 14;
/** OS/2 1: BITMAPCOREHEADER, with extents of 16 bits and colours of 3 bytes. */
const CORE_HEADER_BYTES = 12;
/** OS/2 2: BITMAPINFOHEADER2, of which a file may leave out what is zero from here on. */
const SHORTEST_OS2_BYTES = 16;
const OS2_BYTES = 64;
const INFO_HEADER_BYTES = 40;
const LONGEST_BYTES = 124;
const BI_RGB = 0;
const BI_BITFIELDS = 3;
const BI_ALPHABITFIELDS = 6;

/** Throws IMAGE_INVALID for a damaged or truncated file, IMAGE_UNSUPPORTED for one that is compressed. */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  if (bytes.length < FILE_HEADER_BYTES + CORE_HEADER_BYTES) throw cutOff();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getUint32(14, true);
  if (FILE_HEADER_BYTES + headerBytes > bytes.length && headerBytes <= LONGEST_BYTES) throw cutOff();
  const core = headerBytes === CORE_HEADER_BYTES;
  const os2 =
    core || headerBytes === OS2_BYTES || (headerBytes >= SHORTEST_OS2_BYTES && headerBytes < INFO_HEADER_BYTES);
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const storedHeight = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(core ? 24 : 28, true);
  if (
    (!os2 && headerBytes < INFO_HEADER_BYTES) ||
    headerBytes > LONGEST_BYTES ||
    ![1, 4, 8, 16, 24, 32].includes(bits)
  ) {
    throw invalidImage(`Expected a BMP but received a header of ${headerBytes} bytes and ${bits} bits a pixel`);
  }
  /** A field that a short header leaves out is zero. */
  const field = (at: number) => (core || at + 4 > FILE_HEADER_BYTES + headerBytes ? 0 : view.getUint32(at, true));
  const compression = field(30);
  // In an OS/2 header, 3 is Huffman coding.
  const hasMasks = !os2 && (bits === 16 || bits === 32) && [BI_BITFIELDS, BI_ALPHABITFIELDS].includes(compression);
  if (compression !== BI_RGB && !hasMasks) {
    const kind = os2 ? 'OS/2 BMP' : 'BMP';
    throw unsupportedImage(`Compressed ${kind} (method ${compression}) is not read: store the picture as PNG`);
  }
  const height = Math.abs(storedHeight);
  checkExtents('BMP', width, height);

  const masks = bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
  const maskCount = !hasMasks ? 0 : headerBytes >= 56 || compression === BI_ALPHABITFIELDS ? 4 : 3;
  const masksStart = FILE_HEADER_BYTES + INFO_HEADER_BYTES;
  const masksEnd = maskCount === 0 ? 0 : masksStart + 4 * maskCount;
  const paletteStart = Math.max(FILE_HEADER_BYTES + headerBytes, masksEnd);
  const pixels = view.getUint32(10, true);
  const stride = Math.ceil((width * bits) / 32) * 4;
  const rowBytes = Math.ceil((width * bits) / 8);
  if (pixels < paletteStart) throw invalidImage('Expected the pixels of a BMP to follow its header');
  if (pixels + (height - 1) * stride + rowBytes > bytes.length) throw cutOff();
  for (let i = 0; i < maskCount; i++) masks[i] = view.getUint32(masksStart + 4 * i, true);

  const colorBytes = core ? 3 : 4;
  const colors = bits <= 8 ? Math.min(field(46) || 1 << bits, 1 << bits) : 0;
  const palette = bytes.subarray(paletteStart, Math.min(paletteStart + colorBytes * colors, pixels));
  return { width, height, bits, fromTop: storedHeight < 0, pixels, stride, masks, palette, colorBytes };
}

function cutOff(): Error {
  return invalidImage('Expected a whole BMP but the file ends early: it is truncated or damaged');
}
