/**
 * A walk over the segments of a JPEG (ITU-T T.81, annex B): where it ends, which way up it is, what it promises. It decides
 * before any decoder sees the file what is worth decoding, so that a small file's header takes no gigabytes.
 */
import { exifOrientation, type Orientation } from '../../image/exif';
import { checkDecoding, checkExtents, invalidImage } from '../../image/image';
import { ScanLedger } from './jpeg_scans';

export interface JpegHeader {
  width: number;
  height: number;
  /** 1 gray, 3 YCbCr or RGB, 4 CMYK or YCCK. */
  components: number;
  /** In pixels: the rows that are coded together. */
  mcuHeight: number;
  orientation: Orientation;
  /** `common`: baseline, extended or progressive, Huffman-coded, 8 bits. `rare`: lossless, hierarchical or of 12 bits. */
  process: 'common' | 'arithmetic' | 'rare';
  /** Where the picture ends: an EOI belongs there, and what follows is no part of it. */
  end: number;
  /** Whether the file has that EOI. Cameras and streams cut it off, and it alone. */
  ended: boolean;
  scans: ScanLedger;
}

/** Scans beyond this come from no encoder (libjpeg's own progressive script has 10) and cost seconds each. */
const MAX_SCANS = 256;
/** Every scan of a progressive JPEG passes over all its pixels, a second for each 2^29; those of large files may be more. */
const PIXELS_OF_SCANS = 2 ** 29;
const PIXELS_OF_SCANS_PER_BYTE = 128;
/** A block of 8x8 samples takes one bit or more, so a file of n bytes holds no more than 512n pixels. */
const MAX_PIXELS_PER_BYTE = 512;

const TEM = 0x01;
const [RST0, RST7] = [0xd0, 0xd7];
const [SOI, EOI, SOS] = [0xd8, 0xd9, 0xda];
const [APP1, SOF0] = [0xe1, 0xc0];
const COMMON_FRAMES = [0xc0, 0xc1, 0xc2];
const ARITHMETIC_FRAMES = [0xc9, 0xca];
const RARE_FRAMES = [0xc3, 0xc5, 0xc6, 0xc7, 0xcb, 0xcd, 0xce, 0xcf];
const FRAMES = [...COMMON_FRAMES, ...ARITHMETIC_FRAMES, ...RARE_FRAMES];

/** Throws IMAGE_INVALID for a JPEG without a scan, of absurd extents or cut off before its first scan. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  let frame: Frame | undefined;
  let orientation: Orientation | undefined;
  const scans = new ScanLedger();
  let end = 2;
  let ended = false;
  for (;;) {
    const at = nextMarker(bytes, end, scans.count > 0);
    const marker = at === undefined ? EOI : bytes[at + 1];
    // Whatever begins here cannot belong to the picture: its only scan is over, or another picture begins.
    const over = marker === EOI || (scans.count > 0 && (marker === SOI || scans.isSingle));
    if (at === undefined || over) {
      ended = at !== undefined && marker === EOI;
      end = at ?? bytes.length;
      break;
    }
    if (marker === SOI || marker === TEM || isRestart(marker)) {
      end = at + 2;
      continue;
    }
    const length = (bytes[at + 2] << 8) | bytes[at + 3];
    if (!(length >= 2 && at + 2 + length <= bytes.length)) {
      end = at;
      break;
    }
    const segment = bytes.subarray(at + 4, at + 2 + length);
    end = at + 2 + length;
    if (marker === APP1 && startsWith(segment, 'Exif\0\0')) orientation ??= exifOrientation(segment.subarray(6));
    else if (FRAMES.includes(marker)) frame ??= readFrame(marker, segment);
    else if (marker === SOS && frame) scans.add(frame, segment);
    if (scans.count > MAX_SCANS) throw invalidImage(`Expected a JPEG of at most ${MAX_SCANS} scans`);
  }
  if (frame === undefined || scans.count === 0) {
    throw invalidImage('Expected a JPEG with a frame and a scan but the file ends before: it is truncated or damaged');
  }
  const { width, height, components, mcuHeight, process } = frame;
  checkExtents('JPEG', width, height);
  if (width * height > MAX_PIXELS_PER_BYTE * end) throw jpegCutOff();
  if (width * height * scans.count > PIXELS_OF_SCANS + PIXELS_OF_SCANS_PER_BYTE * end) {
    throw invalidImage(`Expected a JPEG of fewer than ${scans.count} scans for ${width}x${height} pixels`);
  }
  // The pixels, libjpeg-turbo's own and ours, turned too; of several scans all coefficients, of two bytes each.
  const copies = 2 + (scans.isSingle ? 0 : 2) + (orientation === undefined || orientation === 1 ? 0 : 1);
  checkDecoding('JPEG', width * height * components.length * copies, bytes.length);
  return {
    width,
    height,
    components: components.length,
    mcuHeight,
    orientation: orientation ?? 1,
    process,
    end,
    ended,
    scans,
  };
}

export function jpegCutOff(): Error {
  return invalidImage('Expected a whole JPEG but the file ends early: it is truncated or damaged');
}

export interface Frame {
  width: number;
  height: number;
  /** The components' identifiers. */
  components: number[];
  mcuHeight: number;
  progressive: boolean;
  process: JpegHeader['process'];
}

function readFrame(marker: number, segment: Uint8Array): Frame {
  const count = Math.min(segment[5] ?? 0, 4);
  const rowsOfBlocks = Array.from({ length: count }, (_, i) => (segment[7 + 3 * i] ?? 0) & 15);
  const common = COMMON_FRAMES.includes(marker) ? 'common' : 'arithmetic';
  return {
    height: (segment[1] << 8) | segment[2],
    width: (segment[3] << 8) | segment[4],
    components: Array.from({ length: count }, (_, i) => segment[6 + 3 * i] ?? 0),
    mcuHeight: 8 * (count === 1 ? 1 : Math.max(1, ...rowsOfBlocks)),
    progressive: marker === 0xc2 || marker === 0xca,
    process: segment[0] !== 8 || RARE_FRAMES.includes(marker) ? 'rare' : common,
  };
}

/**
 * Where the next marker begins, past entropy-coded data with its restarts, stuffed zeros and fill bytes. Within scans,
 * markers below SOF0 are damage that decoders pass over at the next restart.
 */
function nextMarker(bytes: Uint8Array, from: number, inScan: boolean): number | undefined {
  for (let at = bytes.indexOf(0xff, from); at !== -1 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const marker = bytes[at + 1];
    if (marker === 0 || marker === 0xff || (inScan && (marker < SOF0 || isRestart(marker)))) continue;
    return at;
  }
  return undefined;
}

function isRestart(marker: number): boolean {
  return marker >= RST0 && marker <= RST7;
}

function startsWith(segment: Uint8Array, text: string): boolean {
  return Buffer.from(segment.subarray(0, text.length)).toString('latin1') === text;
}
