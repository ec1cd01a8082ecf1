/** From anything that a user passes to upright pixels. */
import { isUint8Array } from '../../base/bytes';
import { MobileNetEdgeError, throwIfAborted } from '../../base/errors';
import { isBuiltinFormat, pictureFormat } from '../../image/format';
import { type Image, invalidImage } from '../../image/image';
import { unsupportedFormat } from '../../image/unsupported';
import { environmentVariable } from '../environment';
import { decodeOrdinary, decodeWithSharp, loadSharp, sharpFailure } from './sharp_decoder';
import { type ImageSource, readSource } from './source';
import { decodeInWorker } from './worker_decoder';

/**
 * `sharp` and `builtin` force one, for tests; `auto` takes sharp where it is installed. Whatever is out of the ordinary in
 * JPEG and PNG is for the built-in decoder to judge, and BMP is always built in.
 */
export type Decoder = 'auto' | 'sharp' | 'builtin';

const DECODERS: readonly string[] = ['auto', 'sharp', 'builtin'] satisfies Decoder[];

/**
 * Decodes a picture to upright 8-bit pixels, without keeping the event loop from its work.
 * @param decoder overrides the environment variable MOBILENET_EDGE_DECODER, which overrides `auto`.
 * Throws IMAGE_NOT_FOUND, IMAGE_INVALID, IMAGE_UNSUPPORTED, ABORTED, and INVALID_ARGUMENT for an unknown decoder.
 */
export async function decodeImage(source: ImageSource, signal?: AbortSignal, decoder?: Decoder): Promise<Image> {
  throwIfAborted(signal);
  const picture = await readSource(source, signal);
  throwIfAborted(signal);
  if (!isUint8Array(picture)) return picture;
  const image = await decodeBytes(picture, chosenDecoder(decoder), signal);
  throwIfAborted(signal);
  return image;
}

async function decodeBytes(bytes: Uint8Array, decoder: Decoder, signal: AbortSignal | undefined): Promise<Image> {
  const format = pictureFormat(bytes);
  if (format === undefined) {
    throw invalidImage(
      `Expected an encoded picture (JPEG, PNG, BMP; with sharp also WebP, AVIF, GIF, TIFF) but received ${bytes.length} bytes of something else`,
    );
  }
  if (format === 'BMP') return decodeInWorker(bytes, format, signal);
  const sharp = decoder === 'builtin' ? undefined : loadSharp();
  throwIfAborted(signal);
  if (sharp === undefined && (decoder === 'sharp' || !isBuiltinFormat(format))) {
    throw unsupportedFormat(format, sharpFailure());
  }
  if (!isBuiltinFormat(format)) return decodeWithSharp(sharp!, bytes, format);
  const image = sharp && (await decodeOrdinary(sharp, bytes, format));
  return image ?? decodeInWorker(bytes, format, signal);
}

function chosenDecoder(option: Decoder | undefined): Decoder {
  const name = option ?? environmentVariable('MOBILENET_EDGE_DECODER') ?? 'auto';
  if (!DECODERS.includes(name)) {
    throw new MobileNetEdgeError(
      'INVALID_ARGUMENT',
      `Expected the environment variable MOBILENET_EDGE_DECODER to be one of ${DECODERS.join(', ')} but received ${name}`,
    );
  }
  return name as Decoder;
}
