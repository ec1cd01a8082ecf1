/** How many classes an output tells apart. */
import { elementCount, type Tensor } from './graph';

type Shape = Pick<Tensor, 'shape'>;

/** Whether an output is no vector of classes but has values at several positions, as a detector's or a segmentation's. */
export function isMap({ shape }: Shape): boolean {
  return elementCount(shape) !== shape[shape.length - 1];
}

/**
 * How many classes an output tells apart: the length of a vector, but two of a single value, which is a yes or no. Of a
 * map, the values at each position.
 */
export function classCount({ shape }: Shape): number {
  const length = shape[shape.length - 1];
  return !isMap({ shape }) && length === 1 ? 2 : length;
}
