// 1 / (1 + exp(-x)). One chunk.
import { exp } from '../kernels/f32_exp';
import { SigmoidOp } from '../program';

export function run_sigmoid(op: SigmoidOp, arena: usize): void {
  for (let pixel = 0; pixel < op.pixels; ++pixel) {
    const input = arena + op.input + ((<usize>pixel * op.input_stride) << 2);
    const output = arena + op.output + ((<usize>pixel * op.output_stride) << 2);
    for (let i: usize = 0; i < <usize>op.channels << 2; i += 4) {
      store<f32>(output + i, <f32>(1 / (1 + exp(-(<f64>load<f32>(input + i))))));
    }
  }
}
