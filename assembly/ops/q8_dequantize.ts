// Integers to float32.
import { Q8DequantizeOp } from '../generated/program';

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
