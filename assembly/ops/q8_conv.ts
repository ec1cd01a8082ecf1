// Integer convolution with any window: gathers one output row of patches, then multiplies it.
import { Q8ConvOp } from '../program';
import { gather_row } from './gather';
import { q8_multiply } from './q8_gemm';

export function run_q8_conv(op: Q8ConvOp, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  const first = chunk * op.rows_per_chunk;
  const rows = min(op.rows_per_chunk, op.output_height - first);
  const output = arena + op.output + ((<usize>(first * op.output_width) * op.output_stride) << 1);
  q8_conv_rows(op, first, rows, arena + op.input, output, weights, scratch);
}

// Output rows y..y + rows, written to address `output` on.
export function q8_conv_rows(
  op: Q8ConvOp,
  y: i32,
  rows: i32,
  input: usize,
  output: usize,
  weights: usize,
  scratch: usize
): void {
  const k = op.kernel_height * op.kernel_width * op.input_channels;
  const patches = scratch + op.patches;
  const patch_bytes = <usize>op.patch_stride << 1;
  const output_stride = <usize>op.output_stride << 1;
  const limits = changetype<usize>(op) + offsetof<Q8ConvOp>('output_zero');
  for (const end = y + rows; y < end; ++y) {
    gather_row<Q8ConvOp, i16>(op, y, input, patches, patch_bytes, <i16>op.input_zero);
    q8_multiply(op.output_width, op.n, k, patches, patch_bytes, weights + op.weights, output, output_stride, limits);
    output += <usize>op.output_width * output_stride;
  }
}
