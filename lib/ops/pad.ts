/** Zeros around the picture, as a node of its own. A pass moves them into windows. */
import { describe } from '../base/expect';
import type { NodeBase, Padding, Tensor } from '../graph/graph';
import { baseOf, type Origin, type Rules } from './op';
import { MOST_PIXELS, pictureOf } from './window';

export interface Pad extends NodeBase {
  op: 'pad';
  padding: Padding;
}

export function pad(origin: Origin, input: Tensor, padding: Padding): Pad {
  const [height, width, channels] = pictureOf(origin, input);
  const { top, left, bottom, right } = padding;
  const sides = [top, left, bottom, right];
  if (!sides.every((side) => Number.isInteger(side) && side >= 0 && side <= MOST_PIXELS)) {
    throw origin.invalid(`expects a padding of 0 to ${MOST_PIXELS} pixels on each side but it is ${describe(sides)}`);
  }
  const base = baseOf(origin, [1, height + top + bottom, width + left + right, channels], [input], 'scale');
  return { op: 'pad', ...base, padding };
}

export const PAD: Rules<Pad> = { workPerValue: () => 1, isPixelwise: () => false, hasHalves: true };
