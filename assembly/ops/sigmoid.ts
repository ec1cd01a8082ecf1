// 1 / (1 + exp(-x)).

import { SigmoidOp } from '../generated/program';
import { exp } from '../kernels/f32_exp';

export function run_sigmoid(op: SigmoidOp, chunk: i32, arena: usize): void {
  const first = chunk * op.pixels_per_chunk;
  const end = min(first + op.pixels_per_chunk, op.pixels);
  for (let pixel = first; pixel < end; ++pixel) {
    const input = arena + op.input + ((<usize>pixel * op.input_stride) << 2);
    const output = arena + op.output + ((<usize>pixel * op.output_stride) << 2);
    for (let i: usize = 0; i < (<usize>op.channels) << 2; i += 4) {
      store<f32>(output + i, <f32>(1 / (1 + exp(-(<f64>load<f32>(input + i))))));
    }
  }
}
