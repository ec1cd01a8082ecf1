/** A walk over the segments of a JPEG (ITU-T T.81, annex B): what jpeg-js does not report or does not check. */
import { exifOrientation, type Orientation } from './exif';
import { checkExtents, invalidImage } from './image';

export interface JpegHeader {
  width: number;
  height: number;
  orientation: Orientation;
  /** Whether the three components are RGB as they are and not YCbCr. */
  rgb: boolean;
  /** Whether it is of 8 bits, and neither lossless, hierarchical nor arithmetic-coded. */
  common: boolean;
}

/** Scans beyond this come from no encoder (libjpeg's own progressive script has 10) and cost seconds each. */
const MAX_SCANS = 256;
/** A block of 8x8 samples takes one bit or more, so a file of n bytes holds no more than 512n pixels. */
const MAX_PIXELS_PER_BYTE = 512;

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP14 = 0xee;
/** SOF0 to SOF2: baseline, extended, progressive. */
const COMMON_FRAMES = [0xc0, 0xc1, 0xc2];
const OTHER_FRAMES = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];

/** Throws IMAGE_INVALID for a JPEG that is cut off or absurd. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  let frame: Frame | undefined;
  let orientation: Orientation = 1;
  let jfif = false;
  let adobeTransform: number | undefined;
  let scans = 0;
  let offset = 0;
  for (;;) {
    offset = nextMarker(bytes, offset);
    const marker = bytes[offset + 1];
    offset += 2;
    if (marker === EOI) break;
    if (marker === SOI || (marker >= 0xd0 && marker <= 0xd7)) continue;
    const length = (bytes[offset] << 8) | bytes[offset + 1];
    if (!(length >= 2 && offset + length <= bytes.length)) throw cutOff();
    const segment = bytes.subarray(offset + 2, offset + length);
    offset += length;
    if (marker === APP0 && startsWith(segment, 'JFIF\0')) jfif = true;
    else if (marker === APP1 && startsWith(segment, 'Exif\0\0')) orientation = exifOrientation(segment.subarray(6));
    else if (marker === APP14 && startsWith(segment, 'Adobe') && segment.length >= 12) adobeTransform = segment[11];
    else if (COMMON_FRAMES.includes(marker)) frame = readFrame(segment, segment[0] === 8);
    else if (OTHER_FRAMES.includes(marker)) frame = readFrame(segment, false);
    else if (marker === SOS && ++scans > MAX_SCANS) throw invalidImage(`Expected a JPEG of at most ${MAX_SCANS} scans`);
  }
  if (frame === undefined || scans === 0) throw invalidImage('Expected a JPEG with a frame and a scan but it has none');
  checkExtents('JPEG', frame.width, frame.height);
  if (frame.width * frame.height > MAX_PIXELS_PER_BYTE * bytes.length) throw cutOff();
  const ids = frame.componentIds;
  const rgb = adobeTransform === undefined ? !jfif && ids === 'RGB' : adobeTransform === 0 && ids.length === 3;
  return { width: frame.width, height: frame.height, orientation, rgb, common: frame.common };
}

interface Frame {
  width: number;
  height: number;
  componentIds: string;
  common: boolean;
}

function readFrame(segment: Uint8Array, common: boolean): Frame {
  const ids = Array.from({ length: segment[5] ?? 0 }, (_, i) => segment[6 + 3 * i] ?? 0);
  return {
    height: (segment[1] << 8) | segment[2],
    width: (segment[3] << 8) | segment[4],
    componentIds: String.fromCharCode(...ids),
    common,
  };
}

/** The offset of the next 0xff that begins a marker, past entropy-coded data, stuffed zeros and fill bytes. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] !== 0 && bytes[at + 1] !== 0xff) return at;
  }
  throw cutOff();
}

function startsWith(segment: Uint8Array, text: string): boolean {
  return Buffer.from(segment.subarray(0, text.length)).toString('latin1') === text;
}

function cutOff(): Error {
  return invalidImage('Expected a whole JPEG but the file ends early: it is truncated or damaged');
}
