/** A walk over the chunks of a PNG (W3C PNG, section 5): the header, the orientation, and the parts that make pixels. */
import { exifOrientation, type Orientation } from '../../image/exif';
import { checkDecoding, checkExtents, invalidImage } from '../../image/image';

export interface PngHeader {
  width: number;
  height: number;
  bitDepth: number;
  colorType: number;
  /** 1, 2, 3 or 4: palette indices count as one sample. */
  samples: number;
  interlaced: boolean;
  orientation: Orientation;
  /** The signature and the whole chunks that make the pixels: no texts and profiles, which may be damaged without harm. */
  pixelParts: Uint8Array[];
  /** Whether there are other chunks. */
  hasOtherParts: boolean;
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
  let hasOtherParts = false;
  let orientation: Orientation | undefined;
  let type = '';
  for (let offset = SIGNATURE_BYTES; type !== 'IEND'; ) {
    if (offset + 12 > bytes.length) throw pngCutOff();
    const end = offset + 12 + view.getUint32(offset);
    if (end > bytes.length) throw pngCutOff();
    type = chunkType(bytes.subarray(offset));
    if ((type === 'IHDR') !== (offset === SIGNATURE_BYTES)) {
      throw invalidImage('Expected a PNG whose first chunk, and no other, is IHDR');
    }
    if (['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'].includes(type)) kept.push(bytes.subarray(offset, end));
    else hasOtherParts = true;
    if (type === 'eXIf') orientation ??= exifOrientation(chunkData(bytes.subarray(offset, end)));
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
  const samples = SAMPLES[colorType];
  if (storedBytes({ width, height, samples, bitDepth }) > MAX_DEFLATE_RATIO * bytes.length) throw pngCutOff();
  const header: PngHeader = {
    ...{ width, height, bitDepth, colorType, samples, hasOtherParts },
    interlaced: interlace !== 0,
    orientation: orientation ?? 1,
    pixelParts: kept,
  };
  checkDecoding('PNG', decodingBytes(header), bytes.length);
  return header;
}

/** Of its rows, as they are deflated. */
function storedBytes({
  width,
  height,
  samples,
  bitDepth,
}: Pick<PngHeader, 'width' | 'height' | 'samples' | 'bitDepth'>) {
  return height * Math.ceil((width * samples * bitDepth) / 8);
}

/** What our decoder takes at the most: the rows as they are stored, their samples, these as bytes of pixels, and turned. */
function decodingBytes(header: PngHeader): number {
  const { width, height, bitDepth, colorType, samples, orientation, pixelParts } = header;
  const pixels = width * height;
  const isKeyed = pixelParts.some((chunk, i) => i > 0 && chunkType(chunk) === 'tRNS');
  const channels = isKeyed || colorType === PALETTE || colorType === GRAY_ALPHA ? 4 : samples;
  const isFinal = bitDepth === 8 && channels === samples;
  const ofSamples = pixels * samples * (bitDepth === 16 ? 2 : 1);
  const copies = (isFinal ? 0 : 1) + (orientation === 1 ? 0 : 1);
  return storedBytes(header) + ofSamples + copies * pixels * channels;
}

/** `chunk` begins with its length. */
export function chunkType(chunk: Uint8Array): string {
  return Buffer.from(chunk.subarray(4, 8)).toString('latin1');
}

/** What a whole chunk holds between its type and its CRC. */
export function chunkData(chunk: Uint8Array): Uint8Array {
  return chunk.subarray(8, chunk.length - 4);
}

export function pngCutOff(): Error {
  return invalidImage('Expected a whole PNG but the file ends early: it is truncated or damaged');
}
