/** Matrix products of the wasm engine: pointwise and conv, against plain loops, with guards around every buffer. */
import { test } from 'vitest';
import { RELU6, type Window } from '../../lib/graph/graph';
import type { Conv2D } from '../../lib/ops';
import { NO_RESIDUAL } from '../../lib/program/schema';
import { inBothBuilds } from './both_builds';
import { GuardedMemory } from './guarded_memory';
import {
  cuts,
  expectClose,
  outputExtent,
  packedPanels,
  Random,
  referenceOf,
  squareWindow,
  tensor,
  windowFields,
} from './one_op';

inBothBuilds((run) => {
  /** m rows, k inputs, n outputs, in blocks of rows and columns. */
  function checkPointwise(
    m: number,
    k: number,
    n: number,
    residual: 'none' | 'other' | 'output',
    block = [m, n],
  ): void {
    const random = new Random(m * 7919 + k * 104729 + n);
    const x = random.values(m * k);
    const node: Conv2D = {
      op: 'conv2d',
      name: '',
      inputs: [tensor([1, 1, m, k])],
      output: tensor([1, 1, m, n]),
      filter: tensor([n, 1, 1, k], random.values(n * k)),
      bias: tensor([n], random.values(n)),
      window: squareWindow(1),
      clamp: { min: -0.5, max: 2 },
    };
    const skip = random.values(m * n);
    const memory = new GuardedMemory();
    const input = memory.place(m, k, Math.ceil(k / 8) * 8 + 8, x);
    const weights = packedPanels(node.filter, node.bias!);
    const w = memory.place(1, weights.length, weights.length, weights);
    const output = memory.place(m, n, n + 8, skip);
    const other = memory.place(m, n, n, skip);
    memory.allow(output);
    const added = { none: NO_RESIDUAL, other: other.address, output: output.address }[residual];
    run(memory, [
      {
        name: 'pointwise',
        chunks: Math.ceil(m / block[0]) * Math.ceil(n / block[1]),
        fields: {
          input: input.address,
          input_stride: input.stride,
          output: output.address,
          output_stride: output.stride,
          residual: added,
          residual_stride: residual === 'output' ? output.stride : other.stride,
          m,
          k,
          n,
          weights: w.address,
          m_block: block[0],
          n_block: block[1],
          lo: -0.5,
          hi: 2,
          sum_lo: -0.25,
          sum_hi: 2.5,
        },
      },
    ]);
    const sums = referenceOf(node, x);
    const expected = residual === 'none' ? sums : sums.map((v, i) => Math.min(2.5, Math.max(-0.25, v + skip[i])));
    expectClose(memory.read(output), expected, k);
  }

  test.each([1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 13, 16, 49])('pointwise of %d rows', (m) => {
    for (const k of [1, 3, 4, 5, 8, 27]) {
      for (const n of [8, 24, 40]) {
        for (const residual of ['none', 'other', 'output'] as const) checkPointwise(m, k, n, residual);
      }
    }
  });

  test('pointwise in blocks of rows and columns', () => {
    checkPointwise(23, 9, 40, 'other', [5, 16]);
    checkPointwise(70, 40, 24, 'none', [32, 8]);
  });

  test.each([
    [784, 144, 32],
    [49, 960, 160],
    [131, 320, 1280],
    [1, 1280, 1000],
  ])('pointwise of real layers: %d x %d x %d', (m, k, n) => {
    checkPointwise(m, k, n, 'none');
    checkPointwise(m, k, n, 'output');
  });

  function checkConv(height: number, width: number, channels: number, n: number, window: Window, rows: number): void {
    const random = new Random(height * 31 + width * 17 + channels + n);
    const x = random.values(height * width * channels);
    const taps = window.kernel[0] * window.kernel[1] * channels;
    const [outputHeight, outputWidth] = outputExtent([height, width], window);
    const node: Conv2D = {
      op: 'conv2d',
      name: '',
      inputs: [tensor([1, height, width, channels])],
      output: tensor([1, outputHeight, outputWidth, n]),
      filter: tensor([n, window.kernel[0], window.kernel[1], channels], random.values(n * taps)),
      bias: tensor([n], random.values(n)),
      window,
      clamp: RELU6,
    };
    // As the compiler lays pictures out: dense below 8 channels, else with a stride.
    for (const stride of channels < 8 ? [channels, 8] : [channels + 8]) {
      const memory = new GuardedMemory();
      const input = memory.place(height * width, channels, stride, x);
      const weights = packedPanels(node.filter, node.bias!);
      const w = memory.place(1, weights.length, weights.length, weights);
      const patches = memory.place(outputWidth, taps);
      const output = memory.place(outputHeight * outputWidth, n, n + 8);
      memory.allow(output, patches);
      for (const { chunks, fields } of cuts(outputHeight, outputWidth, rows)) {
        run(memory, [
          {
            name: 'conv',
            chunks,
            fields: {
              input: input.address,
              input_height: height,
              input_width: width,
              input_stride: stride,
              input_channels: channels,
              output: output.address,
              output_height: outputHeight,
              output_width: outputWidth,
              output_stride: output.stride,
              ...windowFields(window),
              n,
              weights: w.address,
              patches: patches.address,
              ...fields,
              lo: 0,
              hi: 6,
            },
          },
        ]);
        expectClose(memory.read(output), referenceOf(node, x), taps);
      }
    }
  }

  test('conv with every kind of window', () => {
    checkConv(5, 5, 3, 8, squareWindow(3, 2, 1, [0, 0, 1, 1]), 2);
    checkConv(6, 7, 3, 16, squareWindow(3, 2, 1, [1, 1, 1, 1]), 1);
    checkConv(1, 1, 3, 8, squareWindow(3, 1, 1, [1, 1, 1, 1]), 1);
    checkConv(2, 3, 1, 8, squareWindow(3, 2, 1, [1, 1, 1, 1]), 1);
    checkConv(9, 8, 4, 8, squareWindow(3, 1, 2, [2, 2, 2, 2]), 3);
    checkConv(7, 9, 8, 16, squareWindow(1, 2), 4);
    checkConv(8, 8, 16, 8, { ...squareWindow(3), kernel: [5, 2], stride: [2, 1] }, 4);
    checkConv(96, 96, 3, 32, squareWindow(3, 2, 1, [0, 0, 1, 1]), 7);
  });
});
