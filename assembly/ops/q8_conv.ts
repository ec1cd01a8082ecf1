// Integer convolution with any window: gathers one output row of patches, then multiplies it.
import { Q8ConvOp } from '../generated/program';
import { gather_row } from './gather';
import { end_column, end_row, first_column, first_row } from './pieces';
import { q8_multiply } from './q8_gemm';

export function run_q8_conv(op: Q8ConvOp, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  const first = first_row<Q8ConvOp>(op, chunk);
  const rows = end_row<Q8ConvOp>(op, chunk) - first;
  const left = first_column<Q8ConvOp>(op, chunk);
  const right = end_column<Q8ConvOp>(op, chunk);
  const output = arena + op.output + ((<usize>(first * op.output_width) * op.output_stride) << 1);
  q8_conv_rows(op, first, rows, left, right, arena + op.input, output, weights, scratch);
}

// Columns left..right of output rows y..y + rows, the first of which begins at address `output`.
export function q8_conv_rows(
  op: Q8ConvOp,
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
  const patch_bytes = (<usize>op.patch_stride) << 1;
  const output_stride = (<usize>op.output_stride) << 1;
  const limits = changetype<usize>(op) + offsetof<Q8ConvOp>('output_zero');
  for (const end = y + rows; y < end; ++y) {
    gather_row<Q8ConvOp, i16>(op, y, left, right, input, patches, patch_bytes, <i16>op.input_zero);
    const c = output + <usize>left * output_stride;
    q8_multiply(right - left, op.n, k, patches, patch_bytes, weights + op.weights, c, output_stride, limits);
    output += <usize>op.output_width * output_stride;
  }
}
