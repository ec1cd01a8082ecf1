// Convolution with any window: gathers one output row of patches, then multiplies it.
import { ConvOp } from '../generated/program';
import { gather_row } from './gather';
import { multiply } from './gemm';
import { end_column, end_row, first_column, first_row } from './pieces';

export function run_conv(op: ConvOp, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  const first = first_row<ConvOp>(op, chunk);
  const rows = end_row<ConvOp>(op, chunk) - first;
  const left = first_column<ConvOp>(op, chunk);
  const right = end_column<ConvOp>(op, chunk);
  const output = arena + op.output + ((<usize>(first * op.output_width) * op.output_stride) << 2);
  conv_rows(op, first, rows, left, right, arena + op.input, output, weights, scratch);
}

// Columns left..right of output rows y..y + rows, the first of which begins at address `output`.
export function conv_rows(
  op: ConvOp,
  y: i32,
  rows: i32,
  left: i32,
  right: i32,
  input: usize,
  output: usize,
  weights: usize,
  scratch: usize,
): void {
  const k = op.kernel_height * op.kernel_width * op.input_channels;
  const patches = scratch + op.patches;
  const patch_bytes = (<usize>k) << 2;
  const output_stride = (<usize>op.output_stride) << 2;
  const limits = changetype<usize>(op) + offsetof<ConvOp>('lo');
  for (const end = y + rows; y < end; ++y) {
    gather_row<ConvOp, f32>(op, y, left, right, input, patches, patch_bytes, 0);
    const c = output + <usize>left * output_stride;
    multiply<void>(right - left, op.n, k, patches, patch_bytes, weights + op.weights, c, output_stride, 0, 0, limits);
    output += <usize>op.output_width * output_stride;
  }
}
