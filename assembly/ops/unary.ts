// Functions of one value, see lib/program/unary.ts.

import { UNARY_HARD_SWISH, UNARY_SIGMOID, UnaryOp } from '../generated/program';
import { exp } from '../kernels/f32_exp';

export function run_unary(op: UnaryOp, chunk: i32, arena: usize): void {
  const first = chunk * op.pixels_per_chunk;
  const end = min(first + op.pixels_per_chunk, op.pixels);
  for (let pixel = first; pixel < end; ++pixel) {
    const input = arena + op.input + ((<usize>pixel * op.input_stride) << 2);
    const output = arena + op.output + ((<usize>pixel * op.output_stride) << 2);
    for (let i: usize = 0; i < (<usize>op.channels) << 2; i += 4) {
      store<f32>(output + i, apply(op.function, load<f32>(input + i)));
    }
  }
}

function apply(name: i32, x: f32): f32 {
  switch (name) {
    case UNARY_SIGMOID:
      return <f32>(1 / (1 + exp(-(<f64>x))));
    case UNARY_HARD_SWISH:
      return (x * min<f32>(max<f32>(x + 3, 0), 6)) / 6;
    default:
      return unreachable();
  }
}
