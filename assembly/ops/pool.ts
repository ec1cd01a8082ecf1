// @ts-nocheck: tsc would want to know the fields of Op; AssemblyScript looks for them where it makes a function of the template.
// Average and maximum pooling. Taps outside the picture are left out. Of float32 (T = f32,
// Op = PoolOp) or integers (i16, Q8PoolOp).

import { PoolOp, Q8PoolOp } from '../generated/program';
import { f32_average_pool, f32_max_pool } from '../kernels/f32_pool';
import { q8_average_pool, q8_max_pool } from '../kernels/q8_pool';
import { end_column, end_row, first_column, first_row, pieces_of } from './pieces';

// The first tap at or after `start` that is not before the picture.
function first_inside(start: i32, dilation: i32): i32 {
  return start >= 0 ? start : start + ((-start + dilation - 1) / dilation) * dilation;
}

// How many taps of a window that starts at `start` lie in [from, extent).
function taps_inside(from: i32, start: i32, kernel: i32, dilation: i32, extent: i32): i32 {
  const end = min(start + (kernel - 1) * dilation + 1, extent);
  return max((end - from + dilation - 1) / dilation, 0);
}

export function run_pool(op: PoolOp, chunk: i32, arena: usize): void {
  pool_chunk<f32, PoolOp>(op, chunk, arena);
}

export function run_q8_pool(op: Q8PoolOp, chunk: i32, arena: usize): void {
  pool_chunk<i16, Q8PoolOp>(op, chunk, arena);
}

function pool_chunk<T, Op>(op: Op, chunk: i32, arena: usize): void {
  const pieces = pieces_of(op.channels, op.channels_per_chunk);
  const piece = chunk / pieces;
  const channel = (chunk % pieces) * op.channels_per_chunk;
  const channels = min(op.channels_per_chunk, op.channels - channel);
  const end = end_row<Op>(op, piece);
  for (let y = first_row<Op>(op, piece); y < end; ++y) {
    pool_row<T, Op>(op, y, first_column<Op>(op, piece), end_column<Op>(op, piece), channel, channels, arena);
  }
}

// Columns x..end of output row y: `channels` channels from `channel` on.
function pool_row<T, Op>(op: Op, y: i32, x: i32, end: i32, channel: usize, channels: i32, arena: usize): void {
  const a_stride = <usize>op.input_stride * sizeof<T>();
  const row_stride = <usize>op.input_width * a_stride;
  const start_y = y * op.stride_height - op.pad_top;
  const from_y = first_inside(start_y, op.dilation_height);
  const rows = taps_inside(from_y, start_y, op.kernel_height, op.dilation_height, op.input_height);
  const input = arena + op.input + channel * sizeof<T>();
  const output = arena + op.output + channel * sizeof<T>();
  let c = output + <usize>(y * op.output_width + x) * op.output_stride * sizeof<T>();
  for (; x < end; ++x) {
    const start_x = x * op.stride_width - op.pad_left;
    const from_x = first_inside(start_x, op.dilation_width);
    const columns = taps_inside(from_x, start_x, op.kernel_width, op.dilation_width, op.input_width);
    const a = input + <usize>from_y * row_stride + <usize>from_x * a_stride;
    const tap_stride = a_stride * op.dilation_width;
    const tap_row_stride = row_stride * op.dilation_height;
    if (isFloat<T>()) pool(op, a, tap_stride, tap_row_stride, rows, columns, c, channels);
    else q8_pool(op, a, tap_stride, tap_row_stride, rows, columns, c, channels);
    c += <usize>op.output_stride * sizeof<T>();
  }
}

// `channels` channels of one output pixel, at c.
function pool(
  op: PoolOp,
  a: usize,
  a_stride: usize,
  row_stride: usize,
  rows: i32,
  columns: i32,
  c: usize,
  channels: i32,
): void {
  const limits = changetype<usize>(op) + offsetof<PoolOp>('lo');
  if (op.is_max) f32_max_pool(a, a_stride, row_stride, rows, columns, c, channels, limits);
  else f32_average_pool(a, a_stride, row_stride, rows, columns, c, channels, limits);
}

function q8_pool(
  op: Q8PoolOp,
  a: usize,
  a_stride: usize,
  row_stride: usize,
  rows: i32,
  columns: i32,
  c: usize,
  channels: i32,
): void {
  const limits = changetype<usize>(op) + offsetof<Q8PoolOp>('lo');
  if (op.is_max) q8_max_pool(a, a_stride, row_stride, rows, columns, c, channels, limits);
  else q8_average_pool(a, a_stride, row_stride, rows, columns, op.raw_offset, c, channels, limits);
}
