/** What a level of 0..255 becomes: the arithmetic of Preprocess['range']. */
import { MobileNetEdgeError } from '../base/errors';
import type { Preprocess } from './preprocess';

/** y = (x - offset) / divisor - shift. */
export interface Affine {
  offset: number;
  divisor: number;
  shift: number;
}

/** One entry for all channels, or one each. Throws INVALID_ARGUMENT where `mean` or `std` has another length. */
export function rangeAffine(range: Preprocess['range'], channels: number): Affine[] {
  if (range === '-1..1') return [{ offset: 0, divisor: 127.5, shift: 1 }];
  if (range === '0..1') return [{ offset: 0, divisor: 255, shift: 0 }];
  if (range === '0..255') return [{ offset: 0, divisor: 1, shift: 0 }];
  const { mean, std } = range;
  for (const [name, values] of Object.entries({ mean, std })) {
    if (values.length !== 1 && values.length !== channels) {
      throw new MobileNetEdgeError(
        'INVALID_ARGUMENT',
        `Expected preprocess.range.${name} to have 1 or ${channels} numbers but received ${values.length}`,
      );
    }
  }
  return Array.from({ length: channels }, (_, c) => ({
    offset: mean[c % mean.length],
    divisor: std[c % std.length],
    shift: 0,
  }));
}
