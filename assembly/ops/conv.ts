// @ts-nocheck: tsc would want to know the fields of Op; AssemblyScript looks for them where it makes a function of the template.
// Convolution with any window: gathers one output row of patches, then multiplies it. Op is ConvOp with T = f32, or
// Q8ConvOp with T = i16.
import { ConvOp } from '../generated/program';
import { gather_row } from './gather';
import { multiply } from './gemm';
import { end_column, end_row, first_column, first_row } from './pieces';
import { q8_multiply } from './q8_gemm';

export function run_conv(op: ConvOp, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  conv_piece<ConvOp, f32>(op, chunk, arena, weights, scratch);
}

// A piece of the output.
export function conv_piece<Op, T>(op: Op, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  const first = first_row<Op>(op, chunk);
  const rows = end_row<Op>(op, chunk) - first;
  const left = first_column<Op>(op, chunk);
  const right = end_column<Op>(op, chunk);
  const output = arena + op.output + <usize>(first * op.output_width) * op.output_stride * sizeof<T>();
  conv_rows<Op, T>(op, first, rows, left, right, arena + op.input, output, weights, scratch);
}

// Columns left..right of output rows y..y + rows, the first of which begins at address `output`.
export function conv_rows<Op, T>(
  op: Op,
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
  const output_stride = <usize>op.output_stride * sizeof<T>();
  const w = weights + op.weights;
  for (const end = y + rows; y < end; ++y) {
    const c = output + <usize>left * output_stride;
    if (isFloat<T>()) {
      const patch_bytes = (<usize>k) << 2;
      const limits = changetype<usize>(op) + offsetof<Op>('lo');
      gather_row<Op, T>(op, y, left, right, input, patches, patch_bytes, 0);
      multiply<void>(right - left, op.n, k, patches, patch_bytes, w, c, output_stride, 0, 0, limits);
    } else {
      const patch_bytes = (<usize>op.patch_stride) << 1;
      const limits = changetype<usize>(op) + offsetof<Op>('output_zero');
      gather_row<Op, T>(op, y, left, right, input, patches, patch_bytes, <T>op.input_zero);
      q8_multiply(right - left, op.n, k, patches, patch_bytes, w, c, output_stride, limits);
    }
    output += <usize>op.output_width * output_stride;
  }
}
