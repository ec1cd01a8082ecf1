// output = clamp(a + b).

import { AddOp } from '../generated/program';
import { f32_add } from '../kernels/f32_add';

export function run_add(op: AddOp, chunk: i32, arena: usize): void {
  const limits = changetype<usize>(op) + offsetof<AddOp>('lo');
  const first = chunk * op.pixels_per_chunk;
  const end = min(first + op.pixels_per_chunk, op.pixels);
  for (let pixel: usize = first; pixel < <usize>end; ++pixel) {
    const a = arena + op.a + ((pixel * op.a_stride) << 2);
    const b = arena + op.b + ((pixel * op.b_stride) << 2);
    f32_add(a, b, arena + op.output + ((pixel * op.output_stride) << 2), op.channels, limits);
  }
}
