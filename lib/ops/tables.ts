/** Functions of one 8-bit value as tables, made once so that every engine reads the same numbers. */

import { roundHalfEven } from '../base/rounding';
import type { Clamp, Tensor } from '../graph/graph';
import { LINEAR } from '../graph/graph';
import type { Q8Geometry } from '../program/program';
import type { UnaryFunction } from '../program/unary';
import { formOf, requantizeFields, scaleOf } from './quantized';

const LEVELS = 256;

/** For every level of the input, in ascending order, the output in the arena's form. */
function tableOf(
  input: Tensor,
  output: Tensor,
  clamp: Clamp,
  geometry: Q8Geometry,
  f: (x: number) => number,
): Int16Array {
  const form = formOf(input, geometry.type);
  const { output_zero, lo, hi } = requantizeFields(output, clamp, geometry);
  return Int16Array.from({ length: LEVELS }, (_, level) =>
    Math.min(hi, Math.max(lo, roundHalfEven(f(level + form.lo - form.zero)) + output_zero)),
  );
}

/** Requantization and activation functions: rint((x - zx) * (sx / sy)) + zy, clamped. */
export function valueTable(input: Tensor, output: Tensor, clamp: Clamp, geometry: Q8Geometry): Int16Array {
  const ratio = Math.fround(scaleOf(input) / scaleOf(output));
  return tableOf(input, output, clamp, geometry, (x) => Math.fround(x * ratio));
}

export function functionTable(input: Tensor, output: Tensor, row: UnaryFunction, geometry: Q8Geometry): Int16Array {
  const inputScale = scaleOf(input);
  const outputScale = scaleOf(output);
  const { level } = row;
  if (!level) return tableOf(input, output, LINEAR, geometry, (x) => row.f(x * inputScale) / outputScale);
  const [inputZero, outputZero] = [input, output].map((tensor) => tensor.quantization!.zeroPoint[0]);
  const levels = { inputScale, inputZero, outputScale, outputZero };
  return tableOf(input, output, LINEAR, geometry, (x) => level(x + inputZero, levels) - outputZero);
}

/** exp(-scale * beta * d) in float32 for every distance d from the maximum. */
export function softmaxTable(scale: number, beta: number): Float32Array {
  const step = Math.fround(Math.fround(-scale) * Math.fround(beta));
  return Float32Array.from({ length: LEVELS }, (_, d) => Math.exp(Math.fround(step * d)));
}
