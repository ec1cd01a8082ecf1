/** A walk over the chunks of a PNG (W3C PNG, section 5): the header, the orientation, and the parts that make pixels. */
import { exifOrientation, type Orientation } from './exif';
import { checkExtents, invalidImage } from './image';

export interface PngHeader {
  width: number;
  height: number;
  bitDepth: number;
  colorType: number;
  interlaced: boolean;
  orientation: Orientation;
  /** The parts of the file that make its pixels: no texts and profiles, which may be damaged without harm. */
  pixelParts: Uint8Array[];
}

export const GRAY = 0;
export const RGB = 2;
export const PALETTE = 3;
export const GRAY_ALPHA = 4;
export const RGB_ALPHA = 6;

/** The bit depths that each colour type allows. */
const BIT_DEPTHS: Record<number, readonly number[]> = {
  [GRAY]: [1, 2, 4, 8, 16],
  [RGB]: [8, 16],
  [PALETTE]: [1, 2, 4, 8],
  [GRAY_ALPHA]: [8, 16],
  [RGB_ALPHA]: [8, 16],
};
const SAMPLES: Record<number, number> = { [GRAY]: 1, [RGB]: 3, [PALETTE]: 1, [GRAY_ALPHA]: 2, [RGB_ALPHA]: 4 };
const SIGNATURE_BYTES = 8;
/** Deflate shrinks no stream to less than 1/1032. */
const MAX_DEFLATE_RATIO = 1032;

/** Throws IMAGE_INVALID for a PNG that is cut off or absurd. */
export function readPngChunks(bytes: Uint8Array): PngHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept = [bytes.subarray(0, SIGNATURE_BYTES)];
  let orientation: Orientation = 1;
  let type = '';
  for (let offset = SIGNATURE_BYTES; type !== 'IEND'; ) {
    if (offset + 12 > bytes.length) throw cutOff();
    const end = offset + 12 + view.getUint32(offset);
    if (end > bytes.length) throw cutOff();
    type = Buffer.from(bytes.subarray(offset + 4, offset + 8)).toString('latin1');
    if ((type === 'IHDR') !== (offset === SIGNATURE_BYTES)) {
      throw invalidImage('Expected a PNG whose first chunk, and no other, is IHDR');
    }
    if (['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'].includes(type)) kept.push(bytes.subarray(offset, end));
    else if (type === 'eXIf') orientation = exifOrientation(bytes.subarray(offset + 8, end - 4));
    offset = end;
  }
  if (kept[1].length !== 25) throw invalidImage('Expected the IHDR chunk of a PNG to have 13 bytes');
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const [bitDepth, colorType, , , interlace] = bytes.subarray(24, 29);
  checkExtents('PNG', width, height);
  if (!BIT_DEPTHS[colorType]?.includes(bitDepth)) {
    throw invalidImage(`Expected a PNG of a known colour type but received type ${colorType} of ${bitDepth} bits`);
  }
  const unpacked = height * Math.ceil((width * SAMPLES[colorType] * bitDepth) / 8);
  if (unpacked > MAX_DEFLATE_RATIO * bytes.length) throw cutOff();
  return { width, height, bitDepth, colorType, interlaced: interlace !== 0, orientation, pixelParts: kept };
}

function cutOff(): Error {
  return invalidImage('Expected a whole PNG but the file ends early: it is truncated or damaged');
}
