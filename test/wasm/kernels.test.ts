/** The remaining ops of the wasm engine: add, pool, softmax, sigmoid, with guards around every buffer. */

import { expect, test } from 'vitest';
import type { Window } from '../../lib/graph/graph';
import type { Pool } from '../../lib/ops';
import type { Op } from '../../lib/program/schema';
import { UNARY_NAMES } from '../../lib/program/unary';
import { inBothBuilds } from './both_builds';
import { GuardedMemory } from './guarded_memory';
import { cuts, expectClose, outputExtent, Random, referenceOf, squareWindow, tensor, windowFields } from './one_op';

const SAME_3X3: [number, number, number, number] = [1, 1, 1, 1];

inBothBuilds((run) => {
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
      run(memory, [{ name: 'add', chunks: Math.ceil(pixels / 2), fields }]);
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
    for (const cut of cuts(outputHeight, outputWidth, 1)) {
      for (const channels_per_chunk of [channels, 16]) {
        const chunks = cut.chunks * Math.ceil(channels / channels_per_chunk);
        run(memory, [{ name: 'pool', chunks, fields: { ...fields, ...cut.fields, channels_per_chunk } }]);
        expectClose(memory.read(output), referenceOf(node, x), window.kernel[0] * window.kernel[1]);
      }
    }
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
    const at = {
      ...{ input: input.address, input_stride: stride, output_stride: stride + 8, pixels, channels },
      pixels_per_chunk: 2,
    };
    run(memory, [
      { name: 'softmax', chunks: 2, fields: { ...at, output: probabilities.address, beta: 0.5 } } as Op,
      {
        name: 'unary',
        chunks: 2,
        fields: { ...at, output: logistic.address, function: UNARY_NAMES.indexOf('sigmoid') },
      } as Op,
    ]);
    const node = { name: '', inputs: [tensor(shape)], output: tensor(shape) };
    expectClose(memory.read(probabilities), referenceOf({ ...node, op: 'softmax', beta: 0.5 }, x), 0);
    expectClose(memory.read(logistic), referenceOf({ ...node, op: 'sigmoid' }, x), 0);
  });
});
