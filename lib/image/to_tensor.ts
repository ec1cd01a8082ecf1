/** From upright pixels to the values that a model reads: crop, channels, resize, range. */
import { MobileNetEdgeError } from '../errors';
import { cropBox } from './crop';
import type { Image } from './image';
import type { Preprocess } from './preprocess';
import { resizeArea, resizeBilinear } from './resize';
import { type ModelChannels, rowsOf } from './rows';

/** The extents of a model's input, without its batch of 1. */
export interface InputExtents {
  height: number;
  width: number;
  /** 1 (gray, by luma) or 3 (RGB). */
  channels: number;
}

/**
 * Makes a float input, [height, width, channels]. Bilinear levels keep their fractions (float32) before `range` is applied
 * in double precision; `area` levels are whole.
 * Throws INVALID_ARGUMENT where `mean` or `std` has neither one entry nor one per channel, or the extents fit no picture.
 */
export function preprocessToFloat(image: Image, extents: InputExtents, preprocess: Preprocess): Float32Array {
  const affine = rangeAffine(preprocess.range, extents.channels);
  const levels = resized(image, extents, preprocess);
  const values = levels instanceof Float32Array ? levels : new Float32Array(levels);
  const { channels } = extents;
  for (let c = 0; c < channels; c++) {
    const { offset, divisor, shift } = affine[c % affine.length];
    for (let i = c; i < values.length; i += channels) values[i] = (values[i] - offset) / divisor - shift;
  }
  return values;
}

/** Makes a uint8 input, [height, width, channels]: levels of 0..255, floor(v + 0.5). `preprocess.range` is not applied. */
export function preprocessToBytes(
  image: Image,
  extents: InputExtents,
  preprocess: Pick<Preprocess, 'crop' | 'resize'>,
): Uint8Array {
  const levels = resized(image, extents, preprocess);
  if (levels instanceof Uint8Array) return levels;
  const bytes = new Uint8Array(levels.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(levels[i] + 0.5);
  return bytes;
}

function resized(
  image: Image,
  { height, width, channels }: InputExtents,
  { crop, resize }: Pick<Preprocess, 'crop' | 'resize'>,
): Float32Array | Uint8Array {
  if (!(Number.isSafeInteger(height) && height > 0 && Number.isSafeInteger(width) && width > 0)) {
    throw invalid(`Expected a model input of whole extents but received ${height}x${width}`);
  }
  if (channels !== 1 && channels !== 3) {
    throw invalid(`Expected a model input of 1 or 3 channels for a picture but received ${channels}: use predict()`);
  }
  const rows = rowsOf(image, cropBox(image.width, image.height, crop), channels satisfies ModelChannels);
  if (resize === 'area') return resizeArea(rows, height, width);
  return resizeBilinear(rows, height, width, resize === 'bilinear-align-corners');
}

/** y = (x - offset) / divisor - shift, per channel or for all. */
interface Affine {
  offset: number;
  divisor: number;
  shift: number;
}

function rangeAffine(range: Preprocess['range'], channels: number): Affine[] {
  if (range === '-1..1') return [{ offset: 0, divisor: 127.5, shift: 1 }];
  if (range === '0..1') return [{ offset: 0, divisor: 255, shift: 0 }];
  if (range === '0..255') return [{ offset: 0, divisor: 1, shift: 0 }];
  const { mean, std } = range;
  for (const [name, values] of Object.entries({ mean, std })) {
    if (values.length !== 1 && values.length !== channels) {
      throw invalid(`Expected preprocess.range.${name} to have 1 or ${channels} numbers but received ${values.length}`);
    }
  }
  return Array.from({ length: channels }, (_, c) => ({
    offset: mean[c % mean.length],
    divisor: std[c % std.length],
    shift: 0,
  }));
}

function invalid(message: string): MobileNetEdgeError {
  return new MobileNetEdgeError('INVALID_ARGUMENT', message);
}
