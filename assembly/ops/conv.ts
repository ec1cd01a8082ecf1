// Convolution with any window: gathers one output row of patches, then multiplies it.
import { ConvOp } from '../program';
import { gather_row } from './gather';
import { multiply } from './gemm';

export function run_conv(op: ConvOp, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  const first = chunk * op.rows_per_chunk;
  const rows = min(op.rows_per_chunk, op.output_height - first);
  const output = arena + op.output + ((<usize>(first * op.output_width) * op.output_stride) << 2);
  conv_rows(op, first, rows, arena + op.input, output, weights, scratch);
}

// Output rows y..y + rows, written to address `output` on.
export function conv_rows(
  op: ConvOp,
  y: i32,
  rows: i32,
  input: usize,
  output: usize,
  weights: usize,
  scratch: usize
): void {
  const k = op.kernel_height * op.kernel_width * op.input_channels;
  const patches = scratch + op.patches;
  const patch_bytes = <usize>k << 2;
  const output_stride = <usize>op.output_stride << 2;
  const limits = changetype<usize>(op) + offsetof<ConvOp>('lo');
  for (const end = y + rows; y < end; ++y) {
    gather_row<ConvOp, f32>(op, y, input, patches, patch_bytes, 0);
    multiply<void>(
      op.output_width, op.n, k, patches, patch_bytes, weights + op.weights, output, output_stride, 0, 0, limits
    );
    output += <usize>op.output_width * output_stride;
  }
}
