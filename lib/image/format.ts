/** Recognises a picture's format by its first bytes; file names are never looked at. */

export type Format = 'JPEG' | 'PNG' | 'BMP' | 'GIF' | 'WebP' | 'TIFF' | 'AVIF' | 'HEIC' | 'JPEG XL' | 'JPEG 2000';

/** Latin-1 text that must stand at an offset. */
type Magic = readonly [format: Format, offset: number, text: string];

const MAGICS: readonly Magic[] = [
  ['JPEG', 0, '\xff\xd8\xff'],
  ['PNG', 0, '\x89PNG\r\n\x1a\n'],
  ['BMP', 0, 'BM'],
  ['GIF', 0, 'GIF87a'],
  ['GIF', 0, 'GIF89a'],
  ['WebP', 8, 'WEBP'],
  ['TIFF', 0, 'II*\0'],
  ['TIFF', 0, 'MM\0*'],
  ['TIFF', 0, 'II+\0'],
  ['TIFF', 0, 'MM\0+'],
  ['AVIF', 4, 'ftypavif'],
  ['AVIF', 4, 'ftypavis'],
  ['HEIC', 4, 'ftyphei'],
  ['HEIC', 4, 'ftyphev'],
  ['HEIC', 4, 'ftypmif1'],
  ['HEIC', 4, 'ftypmsf1'],
  ['JPEG XL', 0, '\xff\x0a'],
  ['JPEG XL', 4, 'JXL \r\n\x87\n'],
  ['JPEG 2000', 4, 'jP  \r\n\x87\n'],
  ['JPEG 2000', 0, '\xff\x4f\xff\x51'],
];

/** The format of an encoded picture, or undefined where it is none that we know. */
export function pictureFormat(bytes: Uint8Array): Format | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 32));
  return MAGICS.find(([, offset, text]) => start.startsWith(text, offset))?.[0];
}
