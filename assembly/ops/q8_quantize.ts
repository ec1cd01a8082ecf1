// Between float32 and integers.
import { Q8DequantizeOp, Q8QuantizeOp } from '../generated/program';

// y = clamp(rint(value * inverse_scale) + output_zero, lo, hi); a value that is not a number gives lo.
export function run_q8_quantize(op: Q8QuantizeOp, chunk: i32, arena: usize): void {
  const lo = <f32>(op.lo - op.output_zero);
  const hi = <f32>(op.hi - op.output_zero);
  const first = chunk * op.pixels_per_chunk;
  const end = min(first + op.pixels_per_chunk, op.pixels);
  for (let pixel = first; pixel < end; ++pixel) {
    const input = arena + op.input + ((<usize>pixel * op.input_stride) << 2);
    const output = arena + op.output + ((<usize>pixel * op.output_stride) << 1);
    for (let i: usize = 0; i < <usize>op.channels; ++i) {
      const y = nearest(load<f32>(input + (i << 2)) * op.inverse_scale);
      const clamped = y > lo ? min(y, hi) : lo;
      store<i16>(output + (i << 1), <i16>(<i32>clamped + op.output_zero));
    }
  }
}

// y = (value - input_zero) * scale.
export function run_q8_dequantize(op: Q8DequantizeOp, chunk: i32, arena: usize): void {
  const first = chunk * op.pixels_per_chunk;
  const end = min(first + op.pixels_per_chunk, op.pixels);
  for (let pixel = first; pixel < end; ++pixel) {
    const input = arena + op.input + ((<usize>pixel * op.input_stride) << 1);
    const output = arena + op.output + ((<usize>pixel * op.output_stride) << 2);
    for (let i: usize = 0; i < <usize>op.channels; ++i) {
      store<f32>(output + (i << 2), <f32>(load<i16>(input + (i << 1)) - op.input_zero) * op.scale);
    }
  }
}
