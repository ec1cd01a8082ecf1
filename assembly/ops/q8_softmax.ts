// Softmax by a table of exponentials, over the channels of every pixel.
import { Q8SoftmaxOp } from '../generated/program';

export function run_q8_softmax(op: Q8SoftmaxOp, chunk: i32, arena: usize, weights: usize): void {
  const first = chunk * op.pixels_per_chunk;
  const end = min(first + op.pixels_per_chunk, op.pixels);
  for (let pixel = first; pixel < end; ++pixel) {
    const input = arena + op.input + ((<usize>pixel * op.input_stride) << 1);
    softmax(op, input, arena + op.output + ((<usize>pixel * op.output_stride) << 1), weights + op.table);
  }
}

function softmax(op: Q8SoftmaxOp, input: usize, output: usize, table: usize): void {
  const bytes = (<usize>op.channels) << 1;
  let greatest: i32 = load<i16>(input);
  for (let i: usize = 2; i < bytes; i += 2) greatest = max(greatest, <i32>load<i16>(input + i));
  let sum: f32 = 0;
  for (let i: usize = 0; i < bytes; i += 2) sum += exponential(table, greatest, input + i);
  const divisor = sum * op.output_scale;
  const lo = <f64>(op.lo - op.output_zero);
  const hi = <f64>(op.hi - op.output_zero);
  for (let i: usize = 0; i < bytes; i += 2) {
    // In float64 the addition is exact, and no quotient is negative.
    const rounded = floor(<f64>(exponential(table, greatest, input + i) / divisor) + 0.5);
    store<i16>(output + i, <i16>(<i32>min(max(rounded, lo), hi) + op.output_zero));
  }
}

function exponential(table: usize, greatest: i32, value: usize): f32 {
  return load<f32>(table + ((<usize>(greatest - load<i16>(value))) << 2));
}
