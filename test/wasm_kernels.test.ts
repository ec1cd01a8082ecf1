/** Every op of the wasm engine, in both builds, against plain loops, with guards around every buffer. */
import { beforeEach, describe, expect, test } from 'vitest';
import { chooseBuild } from '../lib/engines/wasm_isa';
import { type Conv2D, type DepthwiseConv2D, type Pool, RELU6, type Window } from '../lib/graph';
import { NO_RESIDUAL, type Op } from '../lib/program/schema';
import { GuardedMemory } from './wasm/guarded_memory';
import {
  expectClose,
  outputExtent,
  packedGroups,
  packedPanels,
  Random,
  referenceOf,
  squareWindow,
  tensor,
  windowFields,
} from './wasm/one_op';

const isas = ['simd128', 'relaxed-simd'] as const;
const SAME_3X3 = [1, 1, 1, 1];

describe.each(isas)('%s', (isa) => {
  let module: WebAssembly.Module;

  beforeEach(async ({ skip }) => {
    const found = await chooseBuild(isa).catch((error) => skip(`${isa} does not run here: ${error.message}`));
    module = found.module;
  });

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
    memory.run(module, [
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

  test.each([1, 3, 4, 5, 8, 49])('pointwise of %d rows', (m) => {
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
      memory.run(module, [
        {
          name: 'conv',
          chunks: Math.ceil(outputHeight / rows),
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
            rows_per_chunk: rows,
            lo: 0,
            hi: 6,
          },
        },
      ]);
      expectClose(memory.read(output), referenceOf(node, x), taps);
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

  function depthwiseOp(
    [height, width]: number[],
    channels: number,
    window: Window,
    rows: number,
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
      chunks: Math.ceil(outputHeight / rows),
      fields: {
        ...address,
        input_height: height,
        input_width: width,
        output_height: outputHeight,
        output_width: outputWidth,
        ...windowFields(window),
        channels,
        rows_per_chunk: rows,
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
    memory.run(module, [depthwiseOp([height, width], channels, window, rows, address)]);
    expectClose(memory.read(output), referenceOf(node, x), taps);
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
      depthwiseOp(size, hidden, window, outputHeight, {
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
    memory.run(module, [
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

  test.each([1, 3, 49])('add of %d pixels', (pixels) => {
    for (const channels of [8, 24]) {
      const random = new Random(pixels + channels);
      const [x, y] = [random.values(pixels * channels), random.values(pixels * channels)];
      const memory = new GuardedMemory();
      const a = memory.place(pixels, channels, channels + 8, x);
      const b = memory.place(pixels, channels, channels, y);
      const output = memory.place(pixels, channels, channels + 16);
      memory.allow(output);
      const fields = {
        a: a.address,
        a_stride: a.stride,
        b: b.address,
        b_stride: b.stride,
        output: output.address,
        output_stride: output.stride,
        pixels,
        channels,
        pixels_per_chunk: 2,
        lo: -0.5,
        hi: 1,
      };
      memory.run(module, [{ name: 'add', chunks: Math.ceil(pixels / 2), fields }]);
      expect(memory.read(output)).toEqual(x.map((v, i) => Math.min(1, Math.max(-0.5, Math.fround(v + y[i])))));
    }
  });

  function checkPool(kind: Pool['kind'], height: number, width: number, channels: number, window: Window): void {
    const x = new Random(height + width * 31).values(height * width * channels);
    const [outputHeight, outputWidth] = outputExtent([height, width], window);
    const node: Pool = {
      op: 'pool',
      name: '',
      kind,
      source: 'pool',
      inputs: [tensor([1, height, width, channels])],
      output: tensor([1, outputHeight, outputWidth, channels]),
      window,
      clamp: { min: -0.1, max: 1 },
    };
    const memory = new GuardedMemory();
    const input = memory.place(height * width, channels, channels + 8, x);
    const output = memory.place(outputHeight * outputWidth, channels, channels + 16);
    memory.allow(output);
    const fields = {
      input: input.address,
      input_height: height,
      input_width: width,
      input_stride: input.stride,
      output: output.address,
      output_height: outputHeight,
      output_width: outputWidth,
      output_stride: output.stride,
      ...windowFields(window),
      channels,
      is_max: kind === 'max' ? 1 : 0,
      lo: -0.1,
      hi: 1,
    };
    memory.run(module, [{ name: 'pool', chunks: outputHeight, fields }]);
    expectClose(memory.read(output), referenceOf(node, x), window.kernel[0] * window.kernel[1]);
  }

  test.each(['average', 'max'] as const)('%s pool', (kind) => {
    checkPool(kind, 7, 7, 1280, squareWindow(7));
    checkPool(kind, 1, 1, 8, squareWindow(1));
    checkPool(kind, 5, 6, 8, squareWindow(3, 2, 1, SAME_3X3));
    checkPool(kind, 4, 9, 24, { ...squareWindow(2, 2, 1, [0, 1, 1, 0]), kernel: [2, 3] });
  });

  test.each([1, 2, 5, 1001])('softmax and sigmoid of %d channels', (channels) => {
    const pixels = 3;
    const x = new Random(channels).values(pixels * channels).map((v) => v * 40);
    const stride = Math.ceil(channels / 8) * 8;
    const shape = [1, 1, pixels, channels];
    const memory = new GuardedMemory();
    const input = memory.place(pixels, channels, stride, x);
    const probabilities = memory.place(pixels, channels, stride + 8);
    const logistic = memory.place(pixels, channels, stride + 8);
    memory.allow(probabilities, logistic);
    const at = { input: input.address, input_stride: stride, output_stride: stride + 8, pixels, channels };
    memory.run(module, [
      { name: 'softmax', chunks: 1, fields: { ...at, output: probabilities.address, beta: 0.5 } } as Op,
      { name: 'sigmoid', chunks: 1, fields: { ...at, output: logistic.address } } as Op,
    ]);
    const node = { name: '', inputs: [tensor(shape)], output: tensor(shape) };
    expectClose(memory.read(probabilities), referenceOf({ ...node, op: 'softmax', beta: 0.5 }, x), 0);
    expectClose(memory.read(logistic), referenceOf({ ...node, op: 'sigmoid' }, x), 0);
  });
});
