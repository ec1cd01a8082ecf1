/** The orientation that a camera wrote beside its pixels (EXIF 2.32, tag 0x0112). */

/** EXIF's eight: 1 upright, 2 mirrored, 3 turned by 180 degrees, 4 upside down mirrored, 5-8 with rows and columns swapped. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const TIFF_MAGIC = 42;
const ORIENTATION_TAG = 0x0112;

/** The standard wants SHORT; writers use other whole numbers too, which libexif and ImageMagick read as well. */
const READERS: Record<number, undefined | ((view: DataView, at: number, little: boolean) => number)> = {
  1: (view, at) => view.getUint8(at), // BYTE
  3: (view, at, little) => view.getUint16(at, little), // SHORT
  4: (view, at, little) => view.getUint32(at, little), // LONG
  6: (view, at) => view.getInt8(at), // SBYTE
  8: (view, at, little) => view.getInt16(at, little), // SSHORT
  9: (view, at, little) => view.getInt32(at, little), // SLONG
};

/**
 * Reads the orientation from a TIFF structure: a JPEG's APP1 segment after "Exif\0\0", or a PNG's eXIf chunk. Only the
 * first directory counts; the second is about the thumbnail.
 * What is missing, malformed or out of range counts as upright: a picture is not refused for its metadata.
 */
export function exifOrientation(tiff: Uint8Array): Orientation {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (view.byteLength < 8) return 1;
  const order = view.getUint16(0);
  const little = order === 0x4949;
  if ((!little && order !== 0x4d4d) || view.getUint16(2, little) !== TIFF_MAGIC) return 1;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > view.byteLength) return 1;
    if (view.getUint16(entry, little) !== ORIENTATION_TAG) continue;
    const read = READERS[view.getUint16(entry + 2, little)];
    const value = read && view.getUint32(entry + 4, little) === 1 ? read(view, entry + 8, little) : 1;
    return value >= 1 && value <= 8 ? (value as Orientation) : 1;
  }
  return 1;
}
