// Depthwise convolution, an output row at a time. Input rows outside the picture are the row of zeros at
// `pad_row`, so no kernel knows the picture's height, and the input may as well be a ring of rows.

import { DepthwiseOp } from '../generated/program';
import { f32_dwconv_3x3_edge } from '../kernels/f32_dwconv_3x3_edge';
import { f32_dwconv_3x3_s1 } from '../kernels/f32_dwconv_3x3_s1';
import { f32_dwconv_3x3_s2 } from '../kernels/f32_dwconv_3x3_s2';
import { f32_dwconv_any_begin, f32_dwconv_any_end, f32_dwconv_any_tap } from '../kernels/f32_dwconv_any';
import { end_column, end_row, first_column, first_row } from './pieces';

export function run_depthwise(op: DepthwiseOp, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  clear_pad_row(op, scratch);
  const row_bytes = (<usize>op.output_width * op.output_stride) << 2;
  const left = first_column<DepthwiseOp>(op, chunk);
  const right = end_column<DepthwiseOp>(op, chunk);
  const end = end_row<DepthwiseOp>(op, chunk);
  for (let y = first_row<DepthwiseOp>(op, chunk); y < end; ++y) {
    const output = arena + op.output + <usize>y * row_bytes;
    depthwise_row(op, y, left, right, arena + op.input, op.input_height, output, weights, scratch);
  }
}

export function clear_pad_row(op: DepthwiseOp, scratch: usize): void {
  memory.fill(scratch + op.pad_row, 0, (<usize>op.input_width * op.input_stride) << 2);
}

// Columns first..last of output row y. input: row 0 of a ring of `ring_rows` rows in which row y of the picture is row y % ring_rows;
// output: where the row begins. clear_pad_row must have been called.
// How a pixel is computed depends on its column only: by tiles where a 3x3 window of stride 1 or 2 is inside (the last
// tile overlaps the one before it), else alone.
export function depthwise_row(
  op: DepthwiseOp,
  y: i32,
  first: i32,
  last: i32,
  input: usize,
  ring_rows: i32,
  output: usize,
  weights: usize,
  scratch: usize,
): void {
  const stride = op.stride_width;
  const is_3x3 = op.kernel_height == 3 && op.kernel_width == 3 && op.dilation_width == 1 && stride <= 2;
  const begin = min(max((op.pad_left + stride - 1) / stride, first), last);
  const end = min((op.input_width - 3 + op.pad_left + stride) / stride, last);
  const tile = stride == 1 ? 4 : 3;
  const has_tiles = is_3x3 && end - begin >= tile;
  const top = y * op.stride_height - op.pad_top;
  const row0 = input_row(op, top, input, ring_rows, scratch);
  const row1 = input_row(op, top + op.dilation_height, input, ring_rows, scratch);
  const row2 = input_row(op, top + 2 * op.dilation_height, input, ring_rows, scratch);
  const w = weights + op.weights;
  let x = first;
  while (x < last) {
    const left = x * stride - op.pad_left;
    if (has_tiles && x >= begin && x < end) {
      x = min(x, end - tile);
      tile_3x3(op, x, row0, row1, row2, output, w);
      x += tile;
    } else if (is_3x3 && op.input_width >= 2 && (left == -1 || left == op.input_width - 2)) {
      edge_3x3(op, x, row0, row1, row2, output, w);
      x += 1;
    } else {
      any_pixel(op, top, x, input, ring_rows, output, w, scratch);
      x += 1;
    }
  }
}

function input_row(op: DepthwiseOp, y: i32, input: usize, ring_rows: i32, scratch: usize): usize {
  if (<u32>y >= <u32>op.input_height) return scratch + op.pad_row;
  return input + ((<usize>(y % ring_rows) * op.input_width * op.input_stride) << 2);
}

function limits_of(op: DepthwiseOp): usize {
  return changetype<usize>(op) + offsetof<DepthwiseOp>('lo');
}

// A tile of output pixels from column x, its window wholly inside the picture.
function tile_3x3(op: DepthwiseOp, x: i32, row0: usize, row1: usize, row2: usize, output: usize, w: usize): void {
  const a_stride = (<usize>op.input_stride) << 2;
  const c_stride = (<usize>op.output_stride) << 2;
  const a = <usize>(x * op.stride_width - op.pad_left) * a_stride;
  const c = output + <usize>x * c_stride;
  if (op.stride_width == 1) {
    f32_dwconv_3x3_s1(row0 + a, row1 + a, row2 + a, a_stride, w, c, c_stride, op.channels, limits_of(op));
  } else {
    f32_dwconv_3x3_s2(row0 + a, row1 + a, row2 + a, a_stride, w, c, c_stride, op.channels, limits_of(op));
  }
}

// The pixel of column x, whose window has one column outside the picture.
function edge_3x3(op: DepthwiseOp, x: i32, row0: usize, row1: usize, row2: usize, output: usize, w: usize): void {
  const a_stride = (<usize>op.input_stride) << 2;
  const left = x * op.stride_width - op.pad_left;
  const a = <usize>max(left, 0) * a_stride;
  const tap: usize = left < 0 ? 16 : 0;
  const c = output + ((<usize>x * op.output_stride) << 2);
  f32_dwconv_3x3_edge(row0 + a, row1 + a, row2 + a, a_stride, w, tap, c, op.channels, limits_of(op));
}

// The pixel of column x with any kernel, stride and dilation; taps outside the picture read zeros.
function any_pixel(
  op: DepthwiseOp,
  top: i32,
  x: i32,
  input: usize,
  ring_rows: i32,
  output: usize,
  w: usize,
  scratch: usize,
): void {
  const taps = op.kernel_height * op.kernel_width;
  const group_bytes = (<usize>taps + 1) << 4;
  const left = x * op.stride_width - op.pad_left;
  const c = output + ((<usize>x * op.output_stride) << 2);
  f32_dwconv_any_begin(w, group_bytes, c, op.channels);
  for (let tap = 0; tap < taps; ++tap) {
    const column = left + (tap % op.kernel_width) * op.dilation_width;
    const row = input_row(op, top + (tap / op.kernel_width) * op.dilation_height, input, ring_rows, scratch);
    const is_inside = <u32>column < <u32>op.input_width;
    const a = is_inside ? row + ((<usize>column * op.input_stride) << 2) : scratch + op.pad_row;
    f32_dwconv_any_tap(a, w + ((<usize>tap + 1) << 4), group_bytes, c, op.channels);
  }
  f32_dwconv_any_end(c, op.channels, limits_of(op));
}
