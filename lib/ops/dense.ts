/** Fully connected layer over the flattened input, or where the filter has fewer inputs, over each run of so many values. */
import { elementCount } from '../graph/graph';
import { baseOf, type Origin, type Rules, text } from './op';
import { lowerPointwise } from './pointwise';
import { biasOf, type Layer, type Weighted } from './weighted';

export interface Dense extends Weighted {
  op: 'dense';
  /** [outputs, inputs]. */
  filter: Weighted['filter'];
}

/** With `keepsAxes` over the last axis, whatever the others are; else over each run of so many values, one row each. */
export function dense(
  origin: Origin,
  { input, filter, bias, clamp, keepsAxes }: Layer & { keepsAxes: boolean },
): Dense {
  const [outputs, inputs] = filter.shape;
  const { shape } = input;
  const count = elementCount(shape);
  if (count % inputs !== 0 || (keepsAxes && shape[shape.length - 1] !== inputs)) {
    throw origin.invalid(`expects ${inputs} values but its input ${text(shape)} has ${count}`);
  }
  const leading = keepsAxes ? shape.slice(0, -1) : [count / inputs];
  const biases = biasOf(origin, bias, outputs);
  return { op: 'dense', ...baseOf(origin, [...leading, outputs], [input]), filter, bias: biases, clamp };
}

export const DENSE: Rules<Dense> = {
  workPerValue: ({ filter }) => elementCount(filter.shape.slice(1)),
  isPixelwise: () => true,
  hasHalves: true,
  lower: (node, { inputs: [input], output }, to) => lowerPointwise(node, input, output, to),
};
