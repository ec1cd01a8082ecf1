// Mean over the whole picture, 8 channels at a time.

import { Q8MeanOp } from '../generated/program';
import { bits_to_output, lower_bound, requantize, upper_bound } from '../kernels/q8_vector';

export function run_q8_mean(op: Q8MeanOp, chunk: i32, arena: usize): void {
  const limits = changetype<usize>(op) + offsetof<Q8MeanOp>('output_zero');
  const lo = lower_bound(limits);
  const hi = upper_bound(limits);
  const to_output = bits_to_output(limits);
  const scale = f32x4.splat(op.scale);
  const start = i32x4.splat(-op.pixels * op.input_zero);
  const a_stride = (<usize>op.input_stride) << 1;
  const first = (<usize>(chunk * op.channels_per_chunk)) << 1;
  const last = (<usize>min((chunk + 1) * op.channels_per_chunk, op.channels)) << 1;
  let a = arena + op.input + first;
  let c = arena + op.output + first;
  for (const end = arena + op.output + last; c < end; c += 16) {
    let low = start;
    let high = start;
    let p = a;
    for (let pixel = 0; pixel < op.pixels; ++pixel) {
      low = i32x4.add(low, v128.load16x4_s(p));
      high = i32x4.add(high, v128.load16x4_s(p, 8));
      p += a_stride;
    }
    low = requantize(low, scale, lo, hi, to_output);
    high = requantize(high, scale, lo, hi, to_output);
    v128.store(c, i16x8.narrow_i32x4_s(low, high));
    a += 16;
  }
}
