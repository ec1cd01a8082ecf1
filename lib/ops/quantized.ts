/** The numbers of quantized models in the form that an engine computes with. */

import { roundHalfAway } from '../base/rounding';
import { type Clamp, integerRange, type Tensor } from '../graph/graph';
import type { Q8Geometry } from '../program/program';

/** An activation's values in the arena are q + shift. */
export interface Form {
  shift: number;
  /** Real 0. */
  zero: number;
  /** What the type can hold. */
  lo: number;
  hi: number;
}

export function formOf({ type, quantization }: Tensor, arenaType: Q8Geometry['type']): Form {
  const zeroPoint = quantization!.zeroPoint[0];
  const [low, high] = integerRange(type);
  const shift = arenaType === 'int16' ? -zeroPoint : integerRange(arenaType)[0] - low;
  return { shift, zero: zeroPoint + shift, lo: low + shift, hi: high + shift };
}

export function scaleOf({ quantization }: Tensor): number {
  return quantization!.scale[0];
}

/** The fields of every op that requantizes: zero point of the result, and its bounds with the activation function's. */
export function requantizeFields(output: Tensor, { min, max }: Clamp, geometry: Q8Geometry) {
  const { zero, lo, hi } = formOf(output, geometry.type);
  const scale = scaleOf(output);
  const bound = (real: number): number => zero + roundHalfAway(Math.fround(Math.fround(real) / scale));
  return {
    output_zero: zero,
    lo: Math.max(lo, min === Number.NEGATIVE_INFINITY ? lo : bound(min)),
    hi: Math.min(hi, max === Number.POSITIVE_INFINITY ? hi : bound(max)),
  };
}

/** sx * sw[c] / sy, every step rounded to float32 as XNNPACK does. */
export function requantizationScales(input: Tensor, filter: Tensor, output: Tensor, channels: number): Float32Array {
  const { scale } = filter.quantization!;
  return Float32Array.from({ length: channels }, (_, c) =>
    Math.fround(Math.fround(scaleOf(input) * (scale.length > 1 ? scale[c] : scale[0])) / scaleOf(output)),
  );
}

/** Weights minus their zero points, in the filter's own order. */
export function centred({ data, shape, quantization }: Tensor): Int16Array {
  const { zeroPoint, scale, axis } = quantization!;
  const values = new Int16Array(data!.length);
  const channels = Math.max(1, scale.length);
  const run = channels > 1 ? shape.slice(axis + 1).reduce((a, b) => a * b, 1) : values.length;
  for (let at = 0, c = 0; at < values.length; at += run, c = (c + 1) % channels) {
    const zero = zeroPoint[c] ?? zeroPoint[0] ?? 0;
    for (let i = at; i < at + run; i++) values[i] = data![i] - zero;
  }
  return values;
}
