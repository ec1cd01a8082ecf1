/** Integer depthwise convolutions and fused bottlenecks of the wasm engine, with guards around every buffer. */
import { expect, test } from 'vitest';
import type { Window } from '../../lib/graph/graph';
import type { Op } from '../../lib/program/schema';
import { inBothBuilds } from './both_builds';
import { GuardedMemory } from './guarded_memory';
import { cuts, outputExtent, squareWindow, windowFields } from './one_op';
import {
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

const SAME_3X3: [number, number, number, number] = [1, 1, 1, 1];
const LIMITS = { output_zero: -5, lo: -140, hi: 180 };

interface Addresses {
  input: number;
  input_stride: number;
  output: number;
  output_stride: number;
  weights: number;
  pad_row: number;
}

function depthwiseOp(
  [height, width]: number[],
  channels: number,
  window: Window,
  { chunks, fields }: ReturnType<typeof cuts>[number],
  zero: number,
  at: Addresses,
): Op<'q8_depthwise'> {
  const [outputHeight, outputWidth] = outputExtent([height, width], window);
  return {
    name: 'q8_depthwise',
    chunks,
    fields: {
      ...at,
      input_height: height,
      input_width: width,
      input_zero: zero,
      output_height: outputHeight,
      output_width: outputWidth,
      ...windowFields(window),
      channels,
      ...fields,
      ...LIMITS,
      small_sums: 0,
    },
  };
}

inBothBuilds((run) => {
  function checkDepthwise(
    size: number[],
    channels: number,
    window: Window,
    rows: number,
    zero = 0,
    draw: Draw = 'spread',
  ): void {
    const [height, width] = size;
    const random = new RandomIntegers(height * 131 + width * 17 + channels);
    const x = random.values(height * width * channels, draw);
    const taps = window.kernel[0] * window.kernel[1];
    const columns = randomColumns(random, channels, taps, draw);
    const [outputHeight, outputWidth] = outputExtent(size, window);
    const memory = new GuardedMemory();
    const input = placeIntegers(memory, height * width, channels, channels + 16, x);
    const weights = placeBytes(memory, packColumns(columns, 4, 1));
    const padRow = placeIntegers(memory, 1, width * input.stride, width * input.stride);
    const output = placeIntegers(memory, outputHeight * outputWidth, channels, channels + 16);
    memory.allow(output, padRow);
    const address = {
      input: input.address,
      input_stride: input.stride,
      output: output.address,
      output_stride: output.stride,
      weights,
      pad_row: padRow.address,
    };
    const expected = windowTaps(size, window).flatMap((pixels) =>
      Array.from({ length: channels }, (_, c) => {
        const sum = pixels.reduce(
          (total, pixel, tap) => total + (pixel < 0 ? zero : x[pixel * channels + c]) * columns.weights[c * taps + tap],
          columns.bias[c],
        );
        return requantize(sum, columns.scale[c], LIMITS);
      }),
    );
    expectSpread(expected);
    for (const cut of cuts(outputHeight, outputWidth, rows)) {
      run(memory, [depthwiseOp(size, channels, window, cut, zero, address)]);
      expectSame(memory.read(output), expected);
    }
  }

  test.each([1, 2])('depthwise 3x3 of stride %d, every small picture', (stride) => {
    for (let width = 1; width <= 12; width++) {
      for (const height of [1, 2, 3, 7]) {
        for (const channels of [8, 24]) {
          checkDepthwise([height, width], channels, squareWindow(3, stride, 1, SAME_3X3), 2);
          checkDepthwise([height, width], channels, squareWindow(3, stride, 1, [2, 2, 2, 2]), 3, -17);
          checkDepthwise([height, width], channels, squareWindow(3, stride, 1, [0, 0, 2, 2]), 1, 255);
        }
      }
    }
  });

  test('depthwise with other windows', () => {
    checkDepthwise([9, 11], 16, squareWindow(3, 1, 2, [2, 2, 2, 2]), 4);
    checkDepthwise([9, 11], 16, squareWindow(5, 2, 1, [2, 2, 2, 2]), 4, 11);
    checkDepthwise([9, 11], 8, squareWindow(3, 3, 1, SAME_3X3), 4, -3);
    checkDepthwise([7, 9], 8, { ...squareWindow(3, 1, 1, SAME_3X3), dilation: [2, 1], stride: [3, 2] }, 4);
    checkDepthwise([7, 9], 8, { ...squareWindow(3), kernel: [1, 4] }, 4);
    checkDepthwise([6, 6], 8, squareWindow(1, 2), 4);
  });

  test('depthwise of the greatest values', () => {
    checkDepthwise([8, 9], 40, squareWindow(3, 1, 1, SAME_3X3), 4, 255, 'extreme');
    checkDepthwise([8, 9], 40, squareWindow(3, 2, 1, SAME_3X3), 4, -255, 'extreme');
    checkDepthwise([9, 9], 40, squareWindow(5, 1, 1, [2, 2, 2, 2]), 4, 0, 'extreme');
  });

  test('depthwise of real layers', () => {
    checkDepthwise([7, 7], 960, squareWindow(3, 1, 1, SAME_3X3), 2);
    checkDepthwise([28, 28], 192, squareWindow(3, 2, 1, [0, 0, 1, 1]), 4);
    checkDepthwise([56, 56], 144, squareWindow(3, 1, 1, SAME_3X3), 7);
  });

  /** Fused and unfused from the same input and weights: the same values. */
  function checkInvertedResidual(
    size: number[],
    [inputs, hidden, outputs]: number[],
    window: Window,
    bandRows: number,
    rows: number,
  ): void {
    const [height, width] = size;
    const [outputHeight, outputWidth] = outputExtent(size, window);
    const [kernelHeight, kernelWidth] = window.kernel;
    const random = new RandomIntegers(height * 131 + width * 17 + bandRows);
    const memory = new GuardedMemory();
    const input = placeIntegers(memory, height * width, inputs, inputs + 16, random.values(height * width * inputs));
    const expandWeights = placeBytes(memory, packColumns(randomColumns(random, hidden, inputs), 8, 2));
    const filter = placeBytes(memory, packColumns(randomColumns(random, hidden, kernelHeight * kernelWidth), 4, 1));
    const projectWeights = placeBytes(memory, packColumns(randomColumns(random, outputs, hidden), 8, 2));
    const expanded = placeIntegers(memory, height * width, hidden, hidden + 16);
    const filtered = placeIntegers(memory, outputHeight * outputWidth, hidden, hidden + 16);
    const unfused = placeIntegers(memory, outputHeight * outputWidth, outputs, outputs + 16);
    const windowRows = (bandRows - 1) * window.stride[0] + (kernelHeight - 1) * window.dilation[0] + 1;
    const ring = placeIntegers(memory, windowRows * width, hidden, hidden + 16);
    const band = placeIntegers(memory, bandRows * outputWidth, hidden, hidden + 16);
    const padRow = placeIntegers(memory, 1, width * ring.stride, width * ring.stride);
    const fused = placeIntegers(memory, outputHeight * outputWidth, outputs, outputs + 32);
    memory.allow(expanded, filtered, unfused, ring, band, padRow, fused);

    const pointwise = (m: number, k: number, weights: number, from: typeof input, to: typeof input): Op => ({
      name: 'q8_pointwise',
      chunks: 1,
      fields: {
        input: from.address,
        input_stride: from.stride,
        output: to.address,
        output_stride: to.stride,
        m,
        k,
        n: to.channels,
        weights,
        chain: 0,
        extras: 0,
        m_block: m,
        n_block: to.channels,
        ...LIMITS,
        small_sums: 0,
      },
    });
    const block = (large: typeof input, small: typeof input, output: typeof input): Op[] => [
      pointwise(height * width, inputs, expandWeights, input, large),
      depthwiseOp(size, hidden, window, cuts(outputHeight, outputWidth, outputHeight)[0], 21, {
        input: large.address,
        input_stride: large.stride,
        output: small.address,
        output_stride: small.stride,
        weights: filter,
        pad_row: padRow.address,
      }),
      pointwise(outputHeight * outputWidth, hidden, projectWeights, small, output),
    ];
    const fields = {
      window: ring.address,
      window_rows: windowRows,
      band: band.address,
      band_rows: bandRows,
      rows_per_chunk: rows,
    };
    run(memory, [
      ...block(expanded, filtered, unfused),
      { name: 'inverted_residual', chunks: Math.ceil(outputHeight / rows), fields, parts: block(ring, band, fused) },
    ]);
    const expected = memory.read(unfused);
    expectSpread(expected);
    expect(memory.read(fused)).toEqual(expected);
  }

  test('inverted residual: fused equals unfused', () => {
    for (const stride of [1, 2]) {
      for (const size of [
        [1, 1],
        [2, 5],
        [5, 4],
        [7, 7],
        [14, 14],
      ]) {
        for (const bandRows of [1, 2, 3]) {
          for (const rows of [1, 2, size[0]]) {
            checkInvertedResidual(size, [8, 48, 16], squareWindow(3, stride, 1, SAME_3X3), bandRows, rows);
          }
        }
      }
    }
    checkInvertedResidual([9, 9], [8, 16, 8], squareWindow(5, 2, 1, [2, 2, 2, 2]), 2, 5);
    checkInvertedResidual([9, 9], [8, 16, 8], squareWindow(3, 1, 2, [2, 2, 2, 2]), 2, 5);
    checkInvertedResidual([28, 28], [32, 192, 32], squareWindow(3, 1, 1, SAME_3X3), 4, 28);
  });
});
