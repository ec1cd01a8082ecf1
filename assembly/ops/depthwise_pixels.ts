// Output pixels of a float32 depthwise convolution: tiles of them, those at an edge, any.

import { DepthwiseOp } from '../generated/program';
import { f32_dwconv_3x3_edge } from '../kernels/f32_dwconv_3x3_edge';
import { f32_dwconv_3x3_s1 } from '../kernels/f32_dwconv_3x3_s1';
import { f32_dwconv_3x3_s2 } from '../kernels/f32_dwconv_3x3_s2';
import { f32_dwconv_any_begin, f32_dwconv_any_end, f32_dwconv_any_tap } from '../kernels/f32_dwconv_any';
import { input_row } from './depthwise_input';

// Pixels of a tile, by the stride.
export const TILE_S1: i32 = 4;
export const TILE_S2: i32 = 3;

function limits_of(op: DepthwiseOp): usize {
  return changetype<usize>(op) + offsetof<DepthwiseOp>('lo');
}

// A tile of output pixels from column x, its window wholly inside the picture.
export function tile_3x3(
  op: DepthwiseOp,
  x: i32,
  row0: usize,
  row1: usize,
  row2: usize,
  output: usize,
  w: usize,
): void {
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
export function edge_3x3(
  op: DepthwiseOp,
  x: i32,
  row0: usize,
  row1: usize,
  row2: usize,
  output: usize,
  w: usize,
): void {
  const a_stride = (<usize>op.input_stride) << 2;
  const left = x * op.stride_width - op.pad_left;
  const a = <usize>max(left, 0) * a_stride;
  const tap: usize = left < 0 ? 16 : 0;
  const c = output + ((<usize>x * op.output_stride) << 2);
  f32_dwconv_3x3_edge(row0 + a, row1 + a, row2 + a, a_stride, w, tap, c, op.channels, limits_of(op));
}

// The pixel of column x with any kernel, stride and dilation; taps outside the picture read zeros.
export function any_pixel(
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
    const row = input_row<DepthwiseOp, f32>(
      op,
      top + (tap / op.kernel_width) * op.dilation_height,
      input,
      ring_rows,
      scratch,
    );
    const is_inside = <u32>column < <u32>op.input_width;
    const a = is_inside ? row + ((<usize>column * op.input_stride) << 2) : scratch + op.pad_row;
    f32_dwconv_any_tap(a, w + ((<usize>tap + 1) << 4), group_bytes, c, op.channels);
  }
  f32_dwconv_any_end(c, op.channels, limits_of(op));
}
