/** Functions of one value: float32 against double precision, int8 against LiteRT on every level. */
import { describe, expect, test } from 'vitest';
import { load } from '../../lib';
import type { UnaryName } from '../../lib/program/unary';
import { oneOperator } from '../fixtures/small_tflite';
import { buildTflite } from '../fixtures/tflite_builder';
import { isasUnderTest } from '../support/engines';
import { randomSource } from '../support/random';
import { expectAsLitert, int8Model, quantized } from './judge';

/** The operator of TFLite, and the function once more; how far float32 may be from it. */
const FUNCTIONS: Record<UnaryName, { kind: string; f(x: number): number; error: number }> = {
  sigmoid: { kind: 'LOGISTIC', f: (x) => 1 / (1 + Math.exp(-x)), error: 2e-7 },
  hard_swish: { kind: 'HARD_SWISH', f: (x) => x * Math.min(6, Math.max(0, x + 3)) * (1 / 6), error: 3e-7 },
};

const isas = await isasUnderTest();
const LEVELS = Uint8Array.from({ length: 256 }, (_, level) => level);

describe.each(Object.entries(FUNCTIONS))('%s', (_, { kind, f, error }) => {
  test.each(isas)('of float32 on %s', async (isa) => {
    const shape = [1, 5, 7, 9];
    const random = randomSource(1);
    const values = Float32Array.from({ length: 315 }, (_, i) => (random() - 0.5) * (i % 3 ? 16 : 200));
    const model = await load(buildTflite(oneOperator(kind, shape, shape)), { isa });
    const { data } = await model.predict(values);
    for (const [i, x] of values.entries())
      expect(Math.abs(data[i] - f(x))).toBeLessThanOrEqual(error * Math.max(1, Math.abs(f(x))));
    model.close();
  });

  test('of int8, every level, byte for byte what LiteRT answers', async () => {
    const random = randomSource(2);
    for (let i = 0; i < 40; i++) {
      const input = { scale: 2 ** (random() * 8 - 7), zeroPoint: Math.floor(random() * 256) - 128 };
      const output = { scale: 2 ** (random() * 8 - 7), zeroPoint: Math.floor(random() * 256) - 128 };
      // Beyond that TFLite's HARD_SWISH shifts by a negative number.
      output.scale = Math.max(output.scale, input.scale / 127);
      // TFLite demands this one of a sigmoid.
      if (kind === 'LOGISTIC') Object.assign(output, { scale: 1 / 256, zeroPoint: -128 });
      const shape = [1, 4, 8, 8];
      await expectAsLitert(int8Model(quantized(shape, input), quantized(shape, output), { kind }), LEVELS);
    }
  });
});
