/** Values of a model's own type in the forms of the engines, and which are finite. */
import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../lib/graph/graph';
import { checkTensor } from '../../lib/model/tensor_io';
import { arenaValues, readPort, writePort } from '../../lib/program/port';
import type { Port } from '../../lib/program/program';
import { addon } from '../support/native_addon';

/** A port of the length of `values`, whose pixels have one channel each and lie `stride` elements apart. */
function portOf(length: number, stride: number, own: Port['own'], type: Port['type'], shift: number): Port {
  return { offset: 64, shape: [1, 1, length, 1], stride, own, type, shift, afterWord: 0 };
}

test.each([1, 3])('bytes of any number, at any address, go to the arena and come back, %i elements apart', (stride) => {
  for (let length = 1; length < 40; length++) {
    for (let begin = 0; begin < 5; begin++) {
      const signed = Int8Array.from({ length: 64 }, (_, i) => i * 37 + length).subarray(begin, begin + length);
      const before = Array.from(signed);
      for (const [type, shift] of [
        ['uint8', 128],
        ['int8', 0],
        ['int16', -3],
        ['int16', 128],
        ['int16', 0],
      ] as const) {
        const port = portOf(length, stride, 'int8', type, shift);
        const values = arenaValues(new ArrayBuffer(1024), 128, port);
        writePort(signed, values, port);
        expect(values.filter((_, i) => i % stride === 0)).toEqual(
          values.slice(0, length).map((_, i) => before[i] + shift),
        );
        expect(values.filter((_, i) => i % stride !== 0).every((gap) => gap === 0)).toBe(true);
        expect(readPort(values, port)).toEqual(Int8Array.from(before));
      }
      expect(Array.from(signed)).toEqual(before);
    }
  }
});

test('halves come out of the arena as the reals that they are', () => {
  const port = portOf(3, 2, 'float32', 'float16', 0);
  expect(readPort(Uint16Array.of(0x3c00, 9, 0xc000, 9, 1), port)).toEqual(Float32Array.of(1, -2, 2 ** -24));
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
