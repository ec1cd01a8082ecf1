// exp(beta * (x - max)) / sum, over the channels of every pixel.

import { SoftmaxOp } from '../generated/program';
import { exp } from '../kernels/f32_exp';

export function run_softmax(op: SoftmaxOp, chunk: i32, arena: usize): void {
  const first = chunk * op.pixels_per_chunk;
  const end = min(first + op.pixels_per_chunk, op.pixels);
  for (let pixel = first; pixel < end; ++pixel) {
    const input = arena + op.input + ((<usize>pixel * op.input_stride) << 2);
    softmax(input, arena + op.output + ((<usize>pixel * op.output_stride) << 2), op.channels, op.beta);
  }
}

function softmax(input: usize, output: usize, channels: usize, beta: f64): void {
  const bytes = channels << 2;
  let greatest = load<f32>(input);
  for (let i: usize = 4; i < bytes; i += 4) greatest = max(greatest, load<f32>(input + i));
  let sum: f64 = 0;
  for (let i: usize = 0; i < bytes; i += 4) {
    const e = exp(beta * (<f64>load<f32>(input + i) - greatest));
    store<f32>(output + i, <f32>e);
    sum += e;
  }
  for (let i: usize = 0; i < bytes; i += 4) store<f32>(output + i, <f32>(<f64>load<f32>(output + i) / sum));
}
