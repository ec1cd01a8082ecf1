/** The other integer ops of the wasm engine: add, pool, mean, lookup, softmax, to and from float32. */
import { test } from 'vitest';
import { roundHalfAway, roundHalfEven } from '../../lib/base/rounding';
import type { Window } from '../../lib/graph/graph';
import type { Op } from '../../lib/program/schema';
import { inBothBuilds } from './both_builds';
import { type Block, GuardedMemory } from './guarded_memory';
import { cuts, outputExtent, squareWindow, windowFields } from './one_op';
import {
  expectSame,
  expectSpread,
  placeBytes,
  placeIntegers,
  RandomIntegers,
  requantize,
  windowTaps,
} from './q8_one_op';

const f = Math.fround;
const LIMITS = { output_zero: 4, lo: -100, hi: 210 };
const clamped = (value: number, { lo, hi } = LIMITS): number => Math.min(hi, Math.max(lo, value));

inBothBuilds((run) => {
  test.each([1, 3, 49])('add of %d pixels', (pixels) => {
    for (const channels of [8, 24]) {
      for (const [aMultiplier, bMultiplier, shift] of [
        [1048576, 2097151, 21],
        [1300001, 17, 20],
        [2097151, 2097151, 12],
        [3, 1, 1],
      ]) {
        const random = new RandomIntegers(pixels * 31 + channels + shift);
        const [x, y] = [random.values(pixels * channels), random.values(pixels * channels)];
        const bias = 2 ** (shift - 1) - 12345;
        const memory = new GuardedMemory();
        const a = placeIntegers(memory, pixels, channels, channels + 16, x);
        const b = placeIntegers(memory, pixels, channels, channels, y);
        const output = placeIntegers(memory, pixels, channels, channels + 32);
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
          a_multiplier: aMultiplier,
          b_multiplier: bMultiplier,
          bias,
          shift,
          ...LIMITS,
        };
        run(memory, [{ name: 'q8_add', chunks: Math.ceil(pixels / 2), fields }]);
        const expected = x.map((value, i) =>
          clamped(((value * aMultiplier + y[i] * bMultiplier + bias) >> shift) + LIMITS.output_zero),
        );
        expectSame(memory.read(output), expected);
      }
    }
  });

  function checkPool(
    size: number[],
    channels: number,
    window: Window,
    kind: 'average' | 'max',
    rawOffset: number,
  ): void {
    const [height, width] = size;
    const x = new RandomIntegers(height + width * 31).values(height * width * channels, 'spread', 225);
    const [outputHeight, outputWidth] = outputExtent(size, window);
    const memory = new GuardedMemory();
    const input = placeIntegers(memory, height * width, channels, channels + 16, x);
    const output = placeIntegers(memory, outputHeight * outputWidth, channels, channels + 32);
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
      raw_offset: rawOffset,
      lo: LIMITS.lo,
      hi: LIMITS.hi,
    };
    const expected = windowTaps(size, window).flatMap((taps) =>
      Array.from({ length: channels }, (_, c) => {
        const values = taps.filter((pixel) => pixel >= 0).map((pixel) => x[pixel * channels + c]);
        if (kind === 'max') return clamped(Math.max(...values));
        const sum = values.reduce((total, value) => total + value + rawOffset, 0);
        return clamped(roundHalfAway(sum / values.length) - rawOffset);
      }),
    );
    expectSpread(expected);
    for (const cut of cuts(outputHeight, outputWidth, 1)) {
      for (const channels_per_chunk of [channels, 16]) {
        const chunks = cut.chunks * Math.ceil(channels / channels_per_chunk);
        run(memory, [{ name: 'q8_pool', chunks, fields: { ...fields, ...cut.fields, channels_per_chunk } }]);
        expectSame(memory.read(output), expected);
      }
    }
  }

  test.each(['average', 'max'] as const)('%s pool', (kind) => {
    for (const rawOffset of [0, 128, -3]) {
      checkPool([7, 7], 1280, squareWindow(7), kind, rawOffset);
      checkPool([1, 1], 8, squareWindow(1), kind, rawOffset);
      checkPool([5, 6], 8, squareWindow(3, 2, 1, [1, 1, 1, 1]), kind, rawOffset);
      checkPool([4, 9], 24, { ...squareWindow(2, 2, 1, [0, 1, 1, 0]), kernel: [2, 3] }, kind, rawOffset);
    }
  });

  test.each([
    [1, 8, 0],
    [49, 1280, 7],
    [9, 256, -128],
  ])('mean of %d pixels of %d channels', (pixels, channels, zero) => {
    const x = new RandomIntegers(pixels).values(pixels * channels);
    for (const scale of [f(1.7 / Math.sqrt(pixels)), 2 ** -3, 1e-9, 1e4]) {
      const memory = new GuardedMemory();
      const input = placeIntegers(memory, pixels, channels, channels + 16, x);
      const output = placeIntegers(memory, 1, channels, channels);
      memory.allow(output);
      const fields = {
        input: input.address,
        input_stride: input.stride,
        input_zero: zero,
        pixels,
        output: output.address,
        channels,
        scale,
        ...LIMITS,
      };
      const expected = Array.from({ length: channels }, (_, c) => {
        let sum = 0;
        for (let pixel = 0; pixel < pixels; pixel++) sum += x[pixel * channels + c] - zero;
        return requantize(sum, scale, LIMITS);
      });
      for (const channels_per_chunk of [channels, 8, 48]) {
        const chunks = Math.ceil(channels / channels_per_chunk);
        run(memory, [{ name: 'q8_mean', chunks, fields: { ...fields, channels_per_chunk } }]);
        expectSame(memory.read(output), expected);
      }
    }
  });

  const flat = (input: Block, output: Block) => ({
    input: input.address,
    input_stride: input.stride,
    output: output.address,
    output_stride: output.stride,
    pixels: input.pixels,
    channels: input.channels,
    pixels_per_chunk: 2,
  });

  test.each([1, 3, 8, 1001])('lookup, softmax and dequantize of %d channels', (channels) => {
    const pixels = 3;
    const random = new RandomIntegers(channels);
    const x = random.values(pixels * channels, 'spread', 120);
    const table = Int16Array.from(random.values(256));
    const powers = Float32Array.from({ length: 256 }, (_, d) => Math.exp(-0.03 * d));
    const memory = new GuardedMemory();
    const input = placeIntegers(memory, pixels, channels, channels + 16, x);
    const tables = [table, powers].map((values) => placeBytes(memory, new Uint8Array(values.buffer)));
    const looked = placeIntegers(memory, pixels, channels, channels + 16);
    const probable = placeIntegers(memory, pixels, channels, channels + 16);
    const real = memory.place(pixels, channels, channels + 16);
    memory.allow(looked, probable, real);
    const outputScale = f(1 / 256);
    const scale = f(0.0123);
    run(memory, [
      {
        name: 'q8_lookup',
        chunks: 2,
        fields: { ...flat(input, looked), table: tables[0], table_offset: 130 },
      },
      {
        name: 'q8_softmax',
        chunks: 2,
        fields: { ...flat(input, probable), table: tables[1], output_scale: outputScale, ...LIMITS },
      },
      { name: 'q8_dequantize', chunks: 2, fields: { ...flat(input, real), input_zero: -9, scale } },
    ] as Op[]);
    expectSame(
      memory.read(looked),
      x.map((value) => table[value + 130]),
    );
    expectSame(
      memory.read(real),
      Float32Array.from(x, (value) => (value + 9) * scale),
    );
    const expected = x.map((value, i) => {
      const row = x.subarray(i - (i % channels), i - (i % channels) + channels);
      const max = row.reduce((a, b) => Math.max(a, b));
      const sum = row.reduce((total, other) => f(total + powers[max - other]), 0);
      return clamped(roundHalfAway(f(powers[max - value] / f(sum * outputScale))) + LIMITS.output_zero);
    });
    expectSame(memory.read(probable), expected);
  });

  test('quantize: ties, bounds and what is not a number', () => {
    const x = Float32Array.from([
      0,
      0.25,
      0.75,
      -0.25,
      -0.75,
      1.25,
      49.9,
      1e9,
      -1e9,
      Infinity,
      -Infinity,
      NaN,
      102.8,
      3.3,
    ]);
    const memory = new GuardedMemory();
    const input = memory.place(2, 7, 16, x);
    const output = placeIntegers(memory, 2, 7, 16);
    memory.allow(output);
    run(memory, [{ name: 'q8_quantize', chunks: 1, fields: { ...flat(input, output), inverse_scale: 2, ...LIMITS } }]);
    const expected = Array.from(x, (value) =>
      Number.isNaN(value) ? LIMITS.lo : clamped(roundHalfEven(value * 2) + LIMITS.output_zero),
    );
    expectSame(memory.read(output), expected);
  });
});
