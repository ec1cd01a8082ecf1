/** Integer matrix products of the wasm engine: q8_pointwise and q8_conv, against plain loops, with guards around every buffer. */
import { test } from 'vitest';
import type { Window } from '../../lib/graph/graph';
import { inBothBuilds } from './both_builds';
import { GuardedMemory } from './guarded_memory';
import { cuts, outputExtent, squareWindow, windowFields } from './one_op';
import {
  type Columns,
  type Draw,
  expectSame,
  expectSpread,
  packColumns,
  placeBytes,
  placeIntegers,
  RandomIntegers,
  randomColumns,
  requantize,
  windowTaps,
} from './q8_one_op';

const LIMITS = { output_zero: 3, lo: -120, hi: 200 };

/** Rows of `terms` inputs times columns. */
function productOf(x: ArrayLike<number>, { weights, bias, scale }: Columns): Int32Array {
  const n = bias.length;
  const k = weights.length / n;
  return Int32Array.from({ length: (x.length / k) * n }, (_, i) => {
    const [row, column] = [Math.floor(i / n) * k, i % n];
    let sum = bias[column];
    for (let j = 0; j < k; j++) sum += x[row + j] * weights[column * k + j];
    return requantize(sum, scale[column], LIMITS);
  });
}

inBothBuilds((run) => {
  /** m rows, k inputs, n outputs, in blocks of rows and columns. */
  function checkPointwise(m: number, k: number, n: number, block = [m, n], draw: Draw = 'spread'): void {
    const random = new RandomIntegers(m * 7919 + k * 104729 + n);
    const x = random.values(m * k, draw);
    const columns = randomColumns(random, n, k, draw);
    const memory = new GuardedMemory();
    const input = placeIntegers(memory, m, k, Math.ceil(k / 16) * 16 + 16, x);
    const weights = placeBytes(memory, packColumns(columns, 8, 2));
    const output = placeIntegers(memory, m, n, n + 16);
    memory.allow(output);
    run(memory, [
      {
        name: 'q8_pointwise',
        chunks: Math.ceil(m / block[0]) * Math.ceil(n / block[1]),
        fields: {
          input: input.address,
          input_stride: input.stride,
          output: output.address,
          output_stride: output.stride,
          m,
          k,
          n,
          weights,
          chain: 0,
          extras: 0,
          m_block: block[0],
          n_block: block[1],
          ...LIMITS,
          small_sums: 0,
        },
      },
    ]);
    const expected = productOf(x, columns);
    expectSpread(expected);
    expectSame(memory.read(output), expected);
  }

  test.each([1, 3, 4, 5, 8, 49])('pointwise of %d rows', (m) => {
    for (const k of [1, 2, 3, 7, 8, 9, 16, 27]) {
      for (const n of [8, 16, 24, 32, 40, 64]) checkPointwise(m, k, n);
    }
  });

  test('pointwise in blocks of rows and columns', () => {
    checkPointwise(23, 9, 40, [5, 16]);
    checkPointwise(70, 40, 24, [32, 8]);
    checkPointwise(21, 40, 96, [20, 40]);
  });

  test('pointwise of the greatest values', () => {
    checkPointwise(5, 64, 40, [5, 40], 'extreme');
    checkPointwise(7, 1023, 16, [7, 16], 'extreme');
  });

  test.each([
    [784, 144, 32],
    [49, 960, 160],
    [131, 320, 1280],
    [1, 1280, 1008],
  ])('pointwise of real layers: %d x %d x %d', (m, k, n) => checkPointwise(m, k, n));

  function checkConv(
    height: number,
    width: number,
    channels: number,
    n: number,
    window: Window,
    rows: number,
    zero = 0,
  ): void {
    const random = new RandomIntegers(height * 31 + width * 17 + channels + n);
    const x = random.values(height * width * channels);
    const k = window.kernel[0] * window.kernel[1] * channels;
    const columns = randomColumns(random, n, k);
    const [outputHeight, outputWidth] = outputExtent([height, width], window);
    const patches = windowTaps([height, width], window).flatMap((taps) =>
      taps.flatMap((pixel) => Array.from({ length: channels }, (_, c) => (pixel < 0 ? zero : x[pixel * channels + c]))),
    );
    const expected = productOf(patches, columns);
    // As the compiler lays pictures out: dense below 8 channels, else with a stride.
    for (const stride of channels < 8 ? [channels, 16] : [channels + 16]) {
      const memory = new GuardedMemory();
      const input = placeIntegers(memory, height * width, channels, stride, x);
      const weights = placeBytes(memory, packColumns(columns, 8, 2));
      const patchStride = Math.ceil(k / 16) * 16;
      const scratch = placeIntegers(memory, outputWidth, k, patchStride);
      const output = placeIntegers(memory, outputHeight * outputWidth, n, n + 16);
      memory.allow(output, scratch);
      for (const { chunks, fields } of cuts(outputHeight, outputWidth, rows)) {
        run(memory, [
          {
            name: 'q8_conv',
            chunks,
            fields: {
              input: input.address,
              input_height: height,
              input_width: width,
              input_stride: stride,
              input_channels: channels,
              input_zero: zero,
              output: output.address,
              output_height: outputHeight,
              output_width: outputWidth,
              output_stride: output.stride,
              ...windowFields(window),
              n,
              weights,
              chain: 0,
              extras: 0,
              patches: scratch.address,
              patch_stride: patchStride,
              ...fields,
              ...LIMITS,
              small_sums: 0,
            },
          },
        ]);
        expectSame(memory.read(output), expected);
      }
    }
  }

  test('conv with every kind of window', () => {
    checkConv(5, 5, 3, 8, squareWindow(3, 2, 1, [0, 0, 1, 1]), 2);
    checkConv(6, 7, 3, 16, squareWindow(3, 2, 1, [1, 1, 1, 1]), 1, -9);
    checkConv(1, 1, 3, 8, squareWindow(3, 1, 1, [1, 1, 1, 1]), 1, 255);
    checkConv(2, 3, 1, 8, squareWindow(3, 2, 1, [1, 1, 1, 1]), 1);
    checkConv(9, 8, 4, 8, squareWindow(3, 1, 2, [2, 2, 2, 2]), 3, 5);
    checkConv(7, 9, 8, 16, squareWindow(1, 2), 4);
    checkConv(8, 8, 16, 8, { ...squareWindow(3), kernel: [5, 2], stride: [2, 1] }, 4);
    checkConv(96, 96, 1, 8, squareWindow(3, 2, 1, [0, 0, 1, 1]), 8);
    checkConv(96, 96, 3, 32, squareWindow(3, 2, 1, [0, 0, 1, 1]), 7);
  });
});
