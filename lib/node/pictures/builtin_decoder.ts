/** Decoding without sharp. It takes its time (a fifth of a second for 12 megapixels of JPEG), so decode_worker.ts runs it on a thread of its own. */
import { messageOf } from '../../base/bytes';
import { MobileNetEdgeError } from '../../base/errors';
import type { BuiltinFormat } from '../../image/format';
import { type Image, invalidImage } from '../../image/image';
import { decodeBmp } from './bmp';
import { decodeJpeg } from './jpeg';
import { decodePng } from './png';

const DECODERS = { JPEG: decodeJpeg, PNG: decodePng, BMP: decodeBmp } satisfies Record<BuiltinFormat, unknown>;

/** Decodes to upright pixels. Throws IMAGE_INVALID, whatever the libraries throw at a damaged file, or IMAGE_UNSUPPORTED. */
export async function decodeBuiltin(bytes: Uint8Array, format: BuiltinFormat): Promise<Image> {
  try {
    return await DECODERS[format](bytes);
  } catch (cause) {
    if (cause instanceof MobileNetEdgeError) throw cause;
    throw invalidImage(`Expected a whole ${format} but it cannot be decoded: ${messageOf(cause)}`, cause);
  }
}
