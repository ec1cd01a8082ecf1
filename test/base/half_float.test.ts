import { expect, test } from 'vitest';
import { floatToHalf, halfToFloat } from '../../lib/base/half_float';

const isNaNHalf = (half: number): boolean => (half & 0x7fff) > 0x7c00;

test('every half survives the way to a number and back', () => {
  for (let half = 0; half < 0x10000; half++) {
    const number = halfToFloat(half);
    if (isNaNHalf(half)) expect(floatToHalf(number) & 0x7fff).toBe(0x7e00);
    else if (floatToHalf(number) !== half) expect.fail(`${half} became ${floatToHalf(number)}`);
  }
});

test('a number between two halves goes to the nearer one, in the middle to the even one', () => {
  for (let half = 0; half < 0x7c00; half++) {
    // Beyond the largest half the step goes on.
    const next = half === 0x7bff ? 65536 : halfToFloat(half + 1);
    const middle = (halfToFloat(half) + next) / 2;
    const little = middle * 2 ** -20;
    const even = half % 2 ? half + 1 : half;
    const got = [middle - little, middle, middle + little].map(floatToHalf);
    const expected = [half, even, half + 1];
    if (got.join() !== expected.join()) expect.fail(`${half}: ${got} instead of ${expected}`);
    const negative = [little - middle, -middle, -middle - little].map(floatToHalf);
    expect(negative.map((bits) => bits & 0x7fff)).toEqual(expected);
  }
});

test('what is beyond the range is infinite, what is too small is zero of its sign', () => {
  expect([1e9, -1e9, Number.POSITIVE_INFINITY].map(floatToHalf)).toEqual([0x7c00, 0xfc00, 0x7c00]);
  expect([1e-9, -1e-9, -0].map(floatToHalf)).toEqual([0, 0x8000, 0x8000]);
});
