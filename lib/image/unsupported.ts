/** What to do about a picture that no decoder here reads. */
import type { Format, OtherFormat } from './format';
import { unsupportedImage } from './image';

const REMEDIES: Readonly<Record<OtherFormat, string>> = {
  HEIC: 'store it as JPEG (telephones have a setting for that, "most compatible"), or convert it, as with heif-convert',
  'JPEG XL': 'store it as JPEG, as djxl does',
  'JPEG 2000': 'store it as JPEG or PNG, as ImageMagick does',
  SVG: 'render it to PNG in the size that you want',
  PDF: 'render its page to PNG, as with pdftoppm -png',
  'camera raw': 'develop it to JPEG',
  Photoshop: 'export it as JPEG or PNG',
  icon: 'store it as PNG',
  video: 'take a frame of it as JPEG, as with ffmpeg -i FILE -frames:v 1 frame.jpg, and pass that',
};

/** What helps whatever decoder is there; undefined where sharp, or another browser, does. */
export function remedyFor(format: Format): string | undefined {
  return REMEDIES[format as OtherFormat];
}

/** IMAGE_UNSUPPORTED with a remedy that helps: sharp where a sharp from npm reads the format, another format elsewhere. */
export function unsupportedFormat(format: Format, cause?: unknown): Error {
  const remedy = remedyFor(format);
  if (remedy) {
    const name = `${/^[aeiou]/i.test(format) ? 'an' : 'a'} ${format} file`;
    return unsupportedImage(`Expected a picture as JPEG, PNG or BMP but received ${name}: ${remedy}`, cause);
  }
  return unsupportedImage(
    `Decoding this ${format} needs sharp, which is not in use: run "npm install sharp", or store the picture as JPEG or PNG`,
    cause,
  );
}
