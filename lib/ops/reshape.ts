/** The same values in the same order under another shape: reshape, flatten, squeeze, dropout, identity. A pass removes it. */
import { elementCount, type NodeBase, type Tensor } from '../graph/graph';
import { baseOf, type Origin, type Rules, text } from './op';

export interface Reshape extends NodeBase {
  op: 'reshape';
}

/** At most one extent of `shape` is -1: what is left for it. */
export function reshape(origin: Origin, input: Tensor, shape: readonly number[]): Reshape {
  const resolved = resolveShape(shape, elementCount(input.shape));
  if (!resolved) throw origin.invalid(`cannot make ${text(shape)} of ${text(input.shape)}`);
  return { op: 'reshape', ...baseOf(origin, resolved, [input], 'scale') };
}

/** A shape with at most one -1, filled in so that it holds `count` values; undefined if it cannot. */
function resolveShape(shape: readonly number[], count: number): number[] | undefined {
  const known = elementCount(shape.filter((extent) => extent !== -1));
  const resolved = shape.map((extent) => (extent === -1 ? count / known : extent));
  const fits = resolved.every((extent) => Number.isInteger(extent) && extent > 0) && elementCount(resolved) === count;
  return fits && shape.filter((extent) => extent === -1).length <= 1 ? resolved : undefined;
}

export const RESHAPE: Rules<Reshape> = { workPerValue: () => 0, isPixelwise: () => true, hasHalves: true };
