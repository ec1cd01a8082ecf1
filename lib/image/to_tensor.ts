/** From upright pixels to the values that a model reads: crop, channels, resize, range. */
import { MobileNetEdgeError } from '../base/errors';
import { cropBox } from './crop';
import type { Image } from './image';
import type { Preprocess } from './preprocess';
import { type Affine, rangeAffine } from './range';
import { resizeArea, resizeBilinear } from './resize';
import { type ModelChannels, sourceOf } from './rows';

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
export function preprocessToFloat(
  image: Image,
  { height, width, channels }: InputExtents,
  { crop, resize, range }: Preprocess,
): Float32Array {
  if (!(Number.isSafeInteger(height) && height > 0 && Number.isSafeInteger(width) && width > 0)) {
    throw invalid(`Expected a model input of whole extents but received ${height}x${width}`);
  }
  if (channels !== 1 && channels !== 3) {
    throw invalid(`Expected a model input of 1 or 3 channels for a picture but received ${channels}: use predict()`);
  }
  const affine = rangeAffine(range, channels);
  const source = sourceOf(image, cropBox(image.width, image.height, crop), channels satisfies ModelChannels);
  return resize === 'area'
    ? applied(affine, resizeArea(source, height, width), channels)
    : resizeBilinear(source, height, width, resize === 'bilinear-align-corners', affine);
}

function applied(affine: readonly Affine[], levels: Uint8Array, channels: number): Float32Array {
  const values = new Float32Array(levels.length);
  for (let c = 0; c < channels; c++) {
    const { offset, divisor, shift } = affine[c % affine.length];
    for (let i = c; i < levels.length; i += channels) values[i] = (levels[i] - offset) / divisor - shift;
  }
  return values;
}

function invalid(message: string): MobileNetEdgeError {
  return new MobileNetEdgeError('INVALID_ARGUMENT', message);
}
