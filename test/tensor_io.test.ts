/** The forms of quantized values: the model's own and the engines'. */
import { expect, test } from 'vitest';
import type { Tensor } from '../lib/graph';
import { checkTensor, fromArena, toArena } from '../lib/tensor_io';

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

test('one value that is not finite is found anywhere, however large the others are', () => {
  for (let length = 1; length < 12; length++) {
    const values = new Float32Array(length).fill(3e38);
    const real: Tensor = { name: 'reals', shape: [1, length], type: 'float32' };
    expect(() => checkTensor(values, real)).not.toThrow();
    for (let i = 0; i < length; i++) {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        const some = values.slice();
        some[i] = bad;
        expect(() => checkTensor(some, real)).toThrow(`at index ${i}`);
      }
    }
  }
});
