/** The units in which the cost of a run is counted, whichever way a network's operators are written. */
import { pixels, type Tensor } from '../graph/graph';

/** Kernels compute so many channels at once: a picture of one channel costs them what one of eight does. */
const LANES = 8;
/** An exponential and a division cost what so many multiply-accumulates do. */
export const EXPONENTIAL = 32;
/** A value that is looked up in a table or converted from one type to another. */
export const CONVERSION = 4;

/**
 * The most element operations of a chunk of a compiled network: a run can be ended between two of them only. Real networks
 * have no chunk as large, so that for them nothing is cut but for threads. Beyond it are only chunks that cannot be smaller:
 * one output pixel of a convolution, which reads each weight once, and a tile of a product of very long rows.
 */
export const MOST_WORK = 2 ** 27;

/** The element operations of one pixel of an output, each value of which costs `perValue`; channels count in steps of 8. */
export function pixelWork({ shape }: Tensor, perValue: number): number {
  const [, , channels] = pixels(shape);
  return Math.ceil(channels / LANES) * LANES * perValue;
}
