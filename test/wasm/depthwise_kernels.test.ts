/** Depthwise and inverted residual of the wasm engine, with guards around every buffer. */
import { expect, test } from 'vitest';
import { RELU6, type Window } from '../../lib/graph/graph';
import type { DepthwiseConv2D } from '../../lib/ops';
import { NO_RESIDUAL, type Op } from '../../lib/program/schema';
import { inBothBuilds } from './both_builds';
import { GuardedMemory } from './guarded_memory';
import {
  cuts,
  expectClose,
  outputExtent,
  packedGroups,
  packedPanels,
  Random,
  referenceOf,
  squareWindow,
  tensor,
  windowFields,
} from './one_op';

const SAME_3X3: [number, number, number, number] = [1, 1, 1, 1];

inBothBuilds((run) => {
  function depthwiseOp(
    [height, width]: number[],
    channels: number,
    window: Window,
    { chunks, fields }: ReturnType<typeof cuts>[number],
    address: {
      input: number;
      input_stride: number;
      output: number;
      output_stride: number;
      weights: number;
      pad_row: number;
    },
  ): Op<'depthwise'> {
    const [outputHeight, outputWidth] = outputExtent([height, width], window);
    return {
      name: 'depthwise',
      chunks,
      fields: {
        ...address,
        input_height: height,
        input_width: width,
        output_height: outputHeight,
        output_width: outputWidth,
        ...windowFields(window),
        channels,
        ...fields,
        lo: 0,
        hi: 6,
      },
    };
  }

  function checkDepthwise(height: number, width: number, channels: number, window: Window, rows: number): void {
    const random = new Random(height * 131 + width * 17 + channels);
    const x = random.values(height * width * channels);
    const taps = window.kernel[0] * window.kernel[1];
    const [outputHeight, outputWidth] = outputExtent([height, width], window);
    const node: DepthwiseConv2D = {
      op: 'depthwise_conv2d',
      name: '',
      inputs: [tensor([1, height, width, channels])],
      output: tensor([1, outputHeight, outputWidth, channels]),
      filter: tensor([1, window.kernel[0], window.kernel[1], channels], random.values(taps * channels)),
      bias: tensor([channels], random.values(channels)),
      window,
      clamp: RELU6,
    };
    const memory = new GuardedMemory();
    const input = memory.place(height * width, channels, channels + 8, x);
    const weights = packedGroups(node.filter, node.bias!);
    const w = memory.place(1, weights.length, weights.length, weights);
    const padRow = memory.place(1, width * input.stride);
    const output = memory.place(outputHeight * outputWidth, channels, channels + 16);
    memory.allow(output, padRow);
    const address = {
      input: input.address,
      input_stride: input.stride,
      output: output.address,
      output_stride: output.stride,
      weights: w.address,
      pad_row: padRow.address,
    };
    let whole: Float32Array | undefined;
    for (const cut of cuts(outputHeight, outputWidth, rows)) {
      run(memory, [depthwiseOp([height, width], channels, window, cut, address)]);
      whole ??= memory.read(output);
      expect(memory.read(output)).toEqual(whole);
    }
    expectClose(whole!, referenceOf(node, x), taps);
  }

  test.each([1, 2])('depthwise 3x3 of stride %d, every small picture', (stride) => {
    for (let width = 1; width <= 12; width++) {
      for (const height of [1, 2, 3, 7]) {
        for (const channels of [8, 24]) {
          checkDepthwise(height, width, channels, squareWindow(3, stride, 1, SAME_3X3), 2);
          checkDepthwise(height, width, channels, squareWindow(3, stride, 1, [2, 2, 2, 2]), 3);
          checkDepthwise(height, width, channels, squareWindow(3, stride, 1, [0, 0, 2, 2]), 1);
        }
      }
    }
  });

  test('depthwise with other windows', () => {
    checkDepthwise(9, 11, 16, squareWindow(3, 1, 2, [2, 2, 2, 2]), 4);
    checkDepthwise(9, 11, 16, squareWindow(5, 2, 1, [2, 2, 2, 2]), 4);
    checkDepthwise(9, 11, 8, squareWindow(3, 3, 1, SAME_3X3), 4);
    checkDepthwise(7, 9, 8, { ...squareWindow(3, 1, 1, SAME_3X3), dilation: [2, 1], stride: [3, 2] }, 4);
    checkDepthwise(7, 9, 8, { ...squareWindow(3), kernel: [1, 4] }, 4);
    checkDepthwise(6, 6, 8, squareWindow(1, 2), 4);
  });

  test('depthwise of real layers', () => {
    checkDepthwise(7, 7, 960, squareWindow(3, 1, 1, SAME_3X3), 2);
    checkDepthwise(28, 28, 192, squareWindow(3, 2, 1, [0, 0, 1, 1]), 4);
    checkDepthwise(56, 56, 144, squareWindow(3, 1, 1, SAME_3X3), 7);
  });

  /** Fused and unfused from the same input and weights, with and without a skip connection: the same bits. */
  function checkInvertedResidual(
    size: number[],
    channels: number[],
    window: Window,
    bandRows: number,
    rows: number,
  ): void {
    const [height, width] = size;
    const [inputs, hidden, outputs] = channels;
    const [outputHeight, outputWidth] = outputExtent(size, window);
    const random = new Random(height * 131 + width * 17 + bandRows);
    const memory = new GuardedMemory();
    const dense = (values: ArrayLike<number>) => memory.place(1, values.length, values.length, values).address;
    const panels = (n: number, k: number) =>
      dense(packedPanels(tensor([n, k], random.values(n * k)), tensor([n], random.values(n))));
    const [kernelHeight, kernelWidth] = window.kernel;
    const filter = tensor([1, kernelHeight, kernelWidth, hidden], random.values(kernelHeight * kernelWidth * hidden));
    const input = memory.place(height * width, inputs, inputs + 8, random.values(height * width * inputs));
    const skip = memory.place(
      outputHeight * outputWidth,
      outputs,
      outputs,
      random.values(outputHeight * outputWidth * outputs),
    );
    const expandWeights = panels(hidden, inputs);
    const projectWeights = panels(outputs, hidden);
    const groups = dense(packedGroups(filter, tensor([hidden], random.values(hidden))));
    const expanded = memory.place(height * width, hidden, hidden + 16);
    const filtered = memory.place(outputHeight * outputWidth, hidden, hidden + 8);
    const unfused = memory.place(outputHeight * outputWidth, outputs, outputs + 8);
    const windowRows = (bandRows - 1) * window.stride[0] + (kernelHeight - 1) * window.dilation[0] + 1;
    const ring = memory.place(windowRows * width, hidden, hidden + 16);
    const band = memory.place(bandRows * outputWidth, hidden, hidden + 8);
    const padRow = memory.place(1, width * ring.stride);
    const fused = memory.place(outputHeight * outputWidth, outputs, outputs + 8);
    memory.allow(expanded, filtered, unfused, ring, band, padRow, fused);

    const pointwise = (
      m: number,
      k: number,
      n: number,
      weights: number,
      at: { input: number; input_stride: number; output: number; output_stride: number },
      residual: number,
    ): Op<'pointwise'> => ({
      name: 'pointwise',
      chunks: 1,
      fields: {
        ...at,
        residual,
        residual_stride: skip.stride,
        m,
        k,
        n,
        weights,
        m_block: m,
        n_block: n,
        lo: 0,
        hi: 6,
        sum_lo: -1,
        sum_hi: 5,
      },
    });
    const block = (large: typeof expanded, small: typeof filtered, output: typeof fused): Op[] => [
      pointwise(
        height * width,
        inputs,
        hidden,
        expandWeights,
        { input: input.address, input_stride: input.stride, output: large.address, output_stride: large.stride },
        NO_RESIDUAL,
      ),
      depthwiseOp(size, hidden, window, cuts(outputHeight, outputWidth, outputHeight)[0], {
        input: large.address,
        input_stride: large.stride,
        output: small.address,
        output_stride: small.stride,
        weights: groups,
        pad_row: padRow.address,
      }),
      pointwise(
        outputHeight * outputWidth,
        hidden,
        outputs,
        projectWeights,
        { input: small.address, input_stride: small.stride, output: output.address, output_stride: output.stride },
        skip.address,
      ),
    ];
    run(memory, [
      ...block(expanded, filtered, unfused),
      {
        name: 'inverted_residual',
        chunks: Math.ceil(outputHeight / rows),
        fields: {
          window: ring.address,
          window_rows: windowRows,
          band: band.address,
          band_rows: bandRows,
          rows_per_chunk: rows,
        },
        parts: block(ring, band, fused),
      },
    ]);
    const expected = memory.read(unfused);
    expect(expected.some((v) => v !== expected[0])).toBe(true);
    expect(memory.read(fused)).toEqual(expected);
  }

  test('inverted residual: fused equals unfused bit for bit', () => {
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
