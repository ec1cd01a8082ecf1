// output = clamp(((a * a_multiplier + b * b_multiplier + bias) >> shift) + output_zero), 8 channels at a time.
import { Q8AddOp } from '../generated/program';

export function run_q8_add(op: Q8AddOp, chunk: i32, arena: usize): void {
  const first = chunk * op.pixels_per_chunk;
  const end = min(first + op.pixels_per_chunk, op.pixels);
  for (let pixel: usize = first; pixel < <usize>end; ++pixel) {
    const a = arena + op.a + ((pixel * op.a_stride) << 1);
    const b = arena + op.b + ((pixel * op.b_stride) << 1);
    add_pixel(op, a, b, arena + op.output + ((pixel * op.output_stride) << 1));
  }
}

function add_pixel(op: Q8AddOp, a: usize, b: usize, c: usize): void {
  const a_multiplier = i32x4.splat(op.a_multiplier);
  const b_multiplier = i32x4.splat(op.b_multiplier);
  const bias = i32x4.splat(op.bias);
  const zero = i16x8.splat(<i16>op.output_zero);
  const lo = i16x8.splat(<i16>op.lo);
  const hi = i16x8.splat(<i16>op.hi);
  const shift = op.shift;
  for (let end = c + ((<usize>op.channels) << 1); c < end; c += 16) {
    let low = i32x4.add(bias, i32x4.mul(v128.load16x4_s(a), a_multiplier));
    let high = i32x4.add(bias, i32x4.mul(v128.load16x4_s(a, 8), a_multiplier));
    low = i32x4.shr_s(i32x4.add(low, i32x4.mul(v128.load16x4_s(b), b_multiplier)), shift);
    high = i32x4.shr_s(i32x4.add(high, i32x4.mul(v128.load16x4_s(b, 8), b_multiplier)), shift);
    // Saturated where only the clamp's bound can be the answer.
    const sum = i16x8.add_sat_s(i16x8.narrow_i32x4_s(low, high), zero);
    v128.store(c, i16x8.min_s(i16x8.max_s(sum, lo), hi));
    a += 16;
    b += 16;
  }
}
