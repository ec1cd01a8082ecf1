/** One-node graphs, their reference answers and their packed weights, for the kernel tests. */
import { expect } from 'vitest';
import { packDepthwise, packPanels, WeightBlob } from '../../lib/compile/pack';
import { WASM_GEOMETRY } from '../../lib/engines/wasm_geometry';
import { type Tensor, type Window, windowExtent } from '../../lib/graph/graph';
import type { Node } from '../../lib/ops';
import { evaluate } from '../reference/evaluate';

/** Seeded uniform values in [-1, 1) (Lehmer's generator). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  values(count: number): Float32Array {
    return Float32Array.from({ length: count }, () => {
      this.#state = (this.#state * 48271) % 2147483647;
      return (this.#state / 2147483647) * 2 - 1;
    });
  }
}

export function tensor(shape: number[], data?: Float32Array): Tensor {
  return { name: '', shape, type: 'float32', data };
}

/** A square window with the same step both ways. */
export function squareWindow(
  kernel: number,
  stride = 1,
  dilation = 1,
  [top, left, bottom, right] = [0, 0, 0, 0],
): Window {
  return {
    kernel: [kernel, kernel],
    stride: [stride, stride],
    dilation: [dilation, dilation],
    padding: { top, left, bottom, right },
  };
}

/** [height, width] of what a window makes of a picture. */
export function outputExtent(
  [height, width]: number[],
  { kernel, stride, dilation, padding }: Window,
): [number, number] {
  return [
    windowExtent(height, kernel[0], stride[0], dilation[0], padding.top + padding.bottom),
    windowExtent(width, kernel[1], stride[1], dilation[1], padding.left + padding.right),
  ];
}

export function windowFields({ kernel, stride, dilation, padding }: Window) {
  return {
    kernel_height: kernel[0],
    kernel_width: kernel[1],
    stride_height: stride[0],
    stride_width: stride[1],
    dilation_height: dilation[0],
    dilation_width: dilation[1],
    pad_top: padding.top,
    pad_left: padding.left,
  };
}

/** How a picture may be cut into chunks: by `rows` rows, and columns too. */
export function cuts(height: number, width: number, rows: number) {
  return [width, 1, 3].map((columns) => ({
    chunks: Math.ceil(height / rows) * Math.ceil(width / columns),
    fields: { rows_per_chunk: rows, columns_per_chunk: columns },
  }));
}

export function packedPanels(filter: Tensor, bias: Tensor): Float32Array {
  const blob = new WeightBlob(2 ** 24);
  packPanels(blob, filter, bias, filter.data!.length / filter.shape[0], WASM_GEOMETRY);
  return new Float32Array(blob.toBytes().buffer);
}

export function packedGroups(filter: Tensor, bias: Tensor): Float32Array {
  const blob = new WeightBlob(2 ** 24);
  packDepthwise(blob, filter, bias, WASM_GEOMETRY);
  return new Float32Array(blob.toBytes().buffer);
}

/** What plain loops make of one node. */
export function referenceOf(node: Node, x: ArrayLike<number>): Float64Array {
  return evaluate({ input: node.inputs[0], outputs: [node.output], nodes: [node] }, x);
}

/** Compares with the reference; float32 sums of `terms` products of values below 1 lose no more than this. */
export function expectClose(actual: Float32Array, expected: Float64Array, terms: number): void {
  expect(actual.length).toBe(expected.length);
  const tolerance = 4e-7 * (1 + terms / 8);
  const wrong = expected.findIndex((value, i) => !(Math.abs(value - actual[i]) <= tolerance));
  expect(wrong < 0 ? 'close' : `${actual[wrong]} at ${wrong} instead of ${expected[wrong]}`).toBe('close');
}
