/** Random integers, packed weights and plain loops for the integer kernel tests. */
import { expect } from 'vitest';
import { roundHalfEven } from '../../lib/base/rounding';
import type { Window } from '../../lib/graph/graph';
import { randomSource } from '../support/random';
import type { Block, GuardedMemory } from './guarded_memory';
import { outputExtent } from './one_op';

/** Seeded integers: 'spread' uniform in [-255, 255], 'extreme' one of the two ends. */
export type Draw = 'spread' | 'extreme';

export class RandomIntegers {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = randomSource(seed);
  }

  values(count: number, draw: Draw = 'spread', bound = 255): Int32Array {
    const one = (): number =>
      draw === 'extreme' ? (this.#next() < 0.5 ? -bound : bound) : Math.floor(this.#next() * (2 * bound + 1)) - bound;
    return Int32Array.from({ length: count }, one);
  }

  /**
   * Scales that spread sums of `terms` products over the outputs' range. Every third is a power of two, and gives
   * exact ties to round.
   */
  scales(count: number, terms: number): Float32Array {
    const typical = 60 / (21845 * Math.sqrt(terms));
    return Float32Array.from({ length: count }, (_, i) => {
      const scale = typical * (0.5 + this.#next());
      return i % 3 === 0 ? 2 ** Math.ceil(Math.log2(scale)) : scale;
    });
  }
}

export interface Requantization {
  output_zero: number;
  lo: number;
  hi: number;
}

export function requantize(sum: number, scale: number, { output_zero, lo, hi }: Requantization): number {
  const rounded = roundHalfEven(Math.fround(Math.fround(sum) * scale)) + output_zero;
  return Math.min(hi, Math.max(lo, rounded));
}

/** 16-bit pixels between guards. */
export function placeIntegers(
  memory: GuardedMemory,
  pixels: number,
  channels: number,
  stride: number,
  values?: ArrayLike<number>,
): Block {
  return memory.place(pixels, channels, stride, values, 'int16');
}

export function placeBytes(memory: GuardedMemory, bytes: Uint8Array): number {
  return memory.place(1, bytes.length, bytes.length, bytes, 'uint8').address;
}

export interface Columns {
  /** [outputs][terms]. */
  weights: Int32Array;
  bias: Int32Array;
  scale: Float32Array;
}

/** Weights of `outputs` columns with `terms` rows each. */
export function randomColumns(random: RandomIntegers, outputs: number, terms: number, draw: Draw = 'spread'): Columns {
  return {
    weights: random.values(outputs * terms, draw),
    bias: random.values(outputs, 'spread', 100_000),
    scale: random.scales(outputs, terms),
  };
}

/**
 * Bias and scale of `width` columns, then their weights in runs of `step` terms: panels of q8_pointwise (8 columns, step
 * 2) and groups of q8_depthwise (4, step 1).
 */
export function packColumns({ weights, bias, scale }: Columns, width: number, step: number): Uint8Array {
  const outputs = bias.length;
  const terms = weights.length / outputs;
  const steps = Math.ceil(terms / step);
  const blockBytes = width * (8 + 2 * step * steps);
  const bytes = new Uint8Array((outputs / width) * blockBytes);
  const view = new DataView(bytes.buffer);
  for (let o = 0; o < outputs; o++) {
    const at = Math.floor(o / width) * blockBytes;
    const j = o % width;
    view.setInt32(at + 4 * j, bias[o], true);
    view.setFloat32(at + 4 * (width + j), scale[o], true);
    for (let t = 0; t < terms; t++) {
      const index = (Math.floor(t / step) * width + j) * step + (t % step);
      view.setInt16(at + 8 * width + 2 * index, weights[o * terms + t], true);
    }
  }
  return bytes;
}

/** For every output pixel the indices of the pixels under its window, row by row; -1 is outside the picture. */
export function windowTaps([height, width]: number[], window: Window): number[][] {
  const [outputHeight, outputWidth] = outputExtent([height, width], window);
  const { kernel, stride, dilation, padding } = window;
  return Array.from({ length: outputHeight * outputWidth }, (_, i) =>
    Array.from({ length: kernel[0] * kernel[1] }, (_, tap) => {
      const y = Math.floor(i / outputWidth) * stride[0] - padding.top + Math.floor(tap / kernel[1]) * dilation[0];
      const x = (i % outputWidth) * stride[1] - padding.left + (tap % kernel[1]) * dilation[1];
      return y >= 0 && y < height && x >= 0 && x < width ? y * width + x : -1;
    }),
  );
}

export function expectSame(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  const wrong = Array.from(expected).findIndex((value, i) => !Object.is(value + 0, actual[i] + 0));
  expect(wrong < 0 ? 'same' : `${actual[wrong]} at ${wrong} instead of ${expected[wrong]}`).toBe('same');
}

/** The outputs must not all sit on the bounds, or the test would see nothing. */
export function expectSpread(values: ArrayLike<number>): void {
  expect(new Set(Array.from(values)).size).toBeGreaterThan(Math.min(8, values.length / 4));
}
