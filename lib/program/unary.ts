/**
 * Functions of one value. A row is all that passes, tables and records need to know of one; the engines have a case for each in
 * native/ops/unary.cc and assembly/ops/unary.ts, and readers map the names of their formats to these.
 */

/** real = scale * (level - zero), of the input and of the output. */
export interface Levels {
  inputScale: number;
  inputZero: number;
  outputScale: number;
  outputZero: number;
}

export interface UnaryFunction {
  f(x: number): number;
  /**
   * The output level of an input level, before it is clamped to the type, where TFLite does not round f(x) / outputScale to the
   * nearest.
   */
  level?(input: number, levels: Levels): number;
}

/**
 * TFLite's integer HARD_SWISH (tensorflow/lite/kernels/internal/reference/hard_swish.h), in its 16-bit fixed point: with x at a
 * scale 128 times finer, (x * multiplier) * relu6(x + 3) / 6, where the second factor is a number from 0 to 1 at 2^-15.
 */
function hardSwishLevel(input: number, { inputScale, inputZero, outputScale, outputZero }: Levels): number {
  const fineScale = Math.fround(Math.fround(1 / 128) * Math.fround(inputScale));
  const toOutput = fixedPoint(Math.fround(fineScale / Math.fround(outputScale)));
  const toUnit = fixedPoint(Math.fround(fineScale / Math.fround(3 / 32768)));
  const fine = (input - inputZero) * 128;
  const value = doublingHigh(fine, toOutput.multiplier, true);
  let unit = fine;
  if (toUnit.exponent > 0) unit = saturated(unit * 2 ** (toUnit.exponent - 1));
  unit = doublingHigh(unit, toUnit.multiplier, true);
  if (toUnit.exponent > 0) unit = saturated(unit * 2);
  if (toUnit.exponent < 0) unit = dividedByPower(unit, -toUnit.exponent);
  unit = (unit + 32768) >> 1;
  const product = doublingHigh(unit, value, false);
  // TFLite's own arithmetic ends where the output's scale is 128 times finer than the input's.
  const { exponent } = toOutput;
  return (exponent > 0 ? product * 2 ** exponent : dividedByPower(product, -exponent)) + outputZero;
}

const saturated = (x: number): number => Math.min(32767, Math.max(-32768, x));

/** real = multiplier / 2^15 * 2^exponent, the multiplier of 16 bits. */
function fixedPoint(real: number): { multiplier: number; exponent: number } {
  if (real === 0) return { multiplier: 0, exponent: 0 };
  let exponent = Math.floor(Math.log2(real)) + 1;
  let multiplier = Math.round((real / 2 ** exponent) * 2 ** 31);
  if (multiplier === 2 ** 31) {
    multiplier /= 2;
    exponent++;
  }
  if (exponent < -31) return { multiplier: 0, exponent: 0 };
  return { multiplier: multiplier >= 2147450880 ? 32767 : (multiplier + 32768) >> 16, exponent };
}

/** (a * b) / 2^15 of 16-bit numbers, to the nearest or towards 0, halves away from it. */
function doublingHigh(a: number, b: number, rounds: boolean): number {
  if (a === -32768 && b === -32768) return 32767;
  const product = a * b;
  return Math.trunc((rounds ? product + (product >= 0 ? 16384 : -16383) : product) / 32768);
}

/** x / 2^exponent to the nearest, halves away from 0. */
function dividedByPower(x: number, exponent: number): number {
  const mask = 2 ** exponent - 1;
  const remainder = x & mask;
  return (x >> exponent) + (remainder > (mask >> 1) + (x < 0 ? 1 : 0) ? 1 : 0);
}

export const UNARY = {
  sigmoid: { f: (x) => 1 / (1 + Math.exp(-x)) },
  hard_swish: { f: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6, level: hardSwishLevel },
} as const satisfies Record<string, UnaryFunction>;

export type UnaryName = keyof typeof UNARY;
/** Their position is their number in records. */
export const UNARY_NAMES = Object.keys(UNARY) as UnaryName[];
