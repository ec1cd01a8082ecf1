/** Recognises a picture's format by its first bytes; file names are never looked at. */

export type Format = PictureFormat | OtherFormat;

/** Which decoders there are. */
export type PictureFormat = 'JPEG' | 'PNG' | 'BMP' | 'GIF' | 'WebP' | 'TIFF' | 'AVIF';

/** What needs no sharp. Told here, so that the thread that asks does not load the decoders. */
const BUILTIN_FORMATS = ['JPEG', 'PNG', 'BMP'] as const satisfies Format[];
export type BuiltinFormat = (typeof BUILTIN_FORMATS)[number];

export function isBuiltinFormat(format: Format): format is BuiltinFormat {
  return (BUILTIN_FORMATS as readonly Format[]).includes(format);
}

/** What users have and neither we nor a sharp from npm decode. */
export type OtherFormat =
  | 'HEIC'
  | 'JPEG XL'
  | 'JPEG 2000'
  | 'SVG'
  | 'PDF'
  | 'camera raw'
  | 'Photoshop'
  | 'icon'
  | 'video';

/** Latin-1 text that must stand at an offset. */
type Magic = readonly [format: Format, offset: number, text: string];

const MAGICS: readonly Magic[] = [
  ['JPEG', 0, '\xff\xd8'],
  ['PNG', 0, '\x89PNG\r\n\x1a\n'],
  ['BMP', 0, 'BM'],
  ['GIF', 0, 'GIF87a'],
  ['GIF', 0, 'GIF89a'],
  ['WebP', 8, 'WEBP'],
  ['camera raw', 8, 'CR\x02\0'],
  ['TIFF', 0, 'II*\0'],
  ['TIFF', 0, 'MM\0*'],
  ['TIFF', 0, 'II+\0'],
  ['TIFF', 0, 'MM\0+'],
  ['JPEG XL', 0, '\xff\x0a'],
  ['JPEG XL', 4, 'JXL \r\n\x87\n'],
  ['JPEG 2000', 4, 'jP  \r\n\x87\n'],
  ['JPEG 2000', 0, '\xff\x4f\xff\x51'],
  ['PDF', 0, '%PDF-'],
  ['camera raw', 0, 'FUJIFILMCCD-RAW'],
  ['camera raw', 4, 'ftypcrx '],
  ['Photoshop', 0, '8BPS'],
  ['icon', 0, '\0\0\x01\0'],
  ['video', 0, '\x1a\x45\xdf\xa3'], // Matroska, WebM
  ['video', 8, 'AVI '],
  ['video', 0, 'OggS'],
  ['video', 0, '\0\0\x01\xba'], // MPEG program stream
  ['video', 0, '\0\0\x01\xb3'],
  ['video', 4, 'moov'],
  ['video', 4, 'mdat'],
];

/** Brands of ISO base media files (ISO/IEC 14496-12) that hold pictures; all others are videos. */
const AVIF_BRANDS = ['avif', 'avis'];
const HEIF_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'mif2', 'msf1'];

/** How much of a file pictureFormat() reads. */
export const FORMAT_BYTES = 1024;

/** The format of an encoded picture, or undefined where it is none that we know. */
export function pictureFormat(bytes: Uint8Array): Format | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, FORMAT_BYTES));
  const known = MAGICS.find(([, offset, text]) => start.startsWith(text, offset))?.[0];
  if (known) return known;
  if (start.startsWith('ftyp', 4)) return mediaFormat(bytes, start);
  return isSvg(start) ? 'SVG' : undefined;
}

/** By the brand, and by those that the file is compatible with where its brand only says that it is a picture. */
function mediaFormat(bytes: Uint8Array, start: string): Format {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const brands = start.slice(8, Math.min(length, FORMAT_BYTES)).match(/.{4}/gs) ?? [];
  const [brand = '', , ...compatible] = brands;
  if (AVIF_BRANDS.includes(brand)) return 'AVIF';
  if (!HEIF_BRANDS.includes(brand)) return 'video';
  return /^m[is]f[12]$/.test(brand) && compatible.some((other) => AVIF_BRANDS.includes(other)) ? 'AVIF' : 'HEIC';
}

function isSvg(start: string): boolean {
  const text = start.replace(/^(\xef\xbb\xbf)?\s*/, '');
  return text.startsWith('<svg') || (/^<(\?xml|!DOCTYPE svg|!--)/.test(text) && /<svg[\s>]|<!DOCTYPE svg/.test(text));
}
