// Convolution with any window: gathers one output row of patches, then multiplies it.
import { ConvOp } from '../program';
import { gather_row } from './gather';
import { multiply } from './gemm';

export function run_conv(op: ConvOp, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  const k = op.kernel_height * op.kernel_width * op.input_channels;
  const patches = scratch + op.patches;
  const patch_bytes = <usize>k << 2;
  const output_stride = <usize>op.output_stride << 2;
  const limits = changetype<usize>(op) + offsetof<ConvOp>('lo');
  const first = chunk * op.rows_per_chunk;
  const end = min(first + op.rows_per_chunk, op.output_height);
  for (let y = first; y < end; ++y) {
    gather_row<ConvOp, f32>(op, y, arena + op.input, patches, patch_bytes, 0);
    const output = arena + op.output + <usize>(y * op.output_width) * output_stride;
    multiply<void>(
      op.output_width, op.n, k, patches, patch_bytes, weights + op.weights, output, output_stride, 0, 0, limits
    );
  }
}
