/** The forms of quantized values: the model's own and the engines'. */
import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../lib/graph/graph';
import { checkTensor, fromArena, toArena } from '../../lib/model/tensor_io';
import { addon } from '../support/native_addon';

const tensor = (type: 'uint8' | 'int8', zero: number, length: number): Tensor => {
  return { name: 'levels', shape: [1, length], type, quantization: { scale: [1], zeroPoint: [zero], axis: 0 } };
};

test('bytes of any number, at any address, become those of the arena and come back', () => {
  for (let length = 1; length < 40; length++) {
    for (let begin = 0; begin < 5; begin++) {
      const signed = Int8Array.from({ length: 64 }, (_, i) => i * 37 + length).subarray(begin, begin + length);
      const before = Array.from(signed);
      const int8 = tensor('int8', 3, length);
      const unsigned = toArena(signed, int8, 'uint8');
      expect(unsigned).toEqual(Uint8Array.from(before, (level) => level + 128));
      expect(fromArena(unsigned, int8)).toEqual(Int8Array.from(before));
      expect(fromArena(unsigned, tensor('uint8', 3, length))).toBe(unsigned);
      expect(toArena(signed, int8, 'int16')).toEqual(Int16Array.from(before, (level) => level - 3));
      // The same distance as between the kinds of bytes, and no distance at all.
      expect(toArena(signed, tensor('int8', -128, length), 'int16')).toEqual(
        Int16Array.from(before, (level) => level + 128),
      );
      expect(toArena(signed, tensor('int8', 0, length), 'int16')).toEqual(Int16Array.from(before));
      expect(Array.from(signed)).toEqual(before);
    }
  }
});

type AllFinite = Parameters<typeof checkTensor>[2];
const checks: { name: string; allFinite: AllFinite }[] = [
  { name: 'JavaScript', allFinite: undefined },
  { name: 'the addon', allFinite: addon?.allFinite },
];

describe.each(checks.slice(0, addon ? 2 : 1))('in $name', ({ allFinite }) => {
  test('one value that is not finite is found anywhere, however large the others are', () => {
    for (let length = 1; length < 40; length++) {
      const values = new Float32Array(length + 4).fill(3.4e38).subarray(length % 5, length);
      const real: Tensor = { name: 'reals', shape: [1, values.length], type: 'float32' };
      expect(() => checkTensor(values, real, allFinite)).not.toThrow();
      for (let i = 0; i < values.length; i++) {
        for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          values[i] = bad;
          expect(() => checkTensor(values, real, allFinite)).toThrow(`at index ${i}`);
        }
        values[i] = i % 2 ? -3.4e38 : 1e-45;
      }
    }
  });

  test('what lies before and behind the values does not count', () => {
    const values = new Float32Array(40).fill(Number.NaN);
    const inside = values.subarray(3, 36).fill(1);
    const real: Tensor = { name: 'reals', shape: [1, inside.length], type: 'float32' };
    expect(() => checkTensor(inside, real, allFinite)).not.toThrow();
  });
});
