// Integer depthwise convolution, an output row at a time, as in depthwise.ts: input rows outside the picture are the
// row of zero points at `pad_row`, so no kernel knows the picture's height, and the input may be a ring of rows.

import { Q8DepthwiseOp } from '../generated/program';
import { q8_dwconv_3x3_edge } from '../kernels/q8_dwconv_3x3_edge';
import { q8_dwconv_3x3_s1 } from '../kernels/q8_dwconv_3x3_s1';
import { q8_dwconv_3x3_s2 } from '../kernels/q8_dwconv_3x3_s2';
import { bits_to_output, lower_bound, requantize, upper_bound } from '../kernels/q8_vector';
import { fill } from '../kernels/runs';
import { end_column, end_row, first_column, first_row } from './pieces';

const TILE: i32 = 4;

export function run_q8_depthwise(op: Q8DepthwiseOp, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  q8_fill_pad_row(op, scratch);
  const row_bytes = (<usize>op.output_width * op.output_stride) << 1;
  const left = first_column<Q8DepthwiseOp>(op, chunk);
  const right = end_column<Q8DepthwiseOp>(op, chunk);
  const end = end_row<Q8DepthwiseOp>(op, chunk);
  for (let y = first_row<Q8DepthwiseOp>(op, chunk); y < end; ++y) {
    const output = arena + op.output + <usize>y * row_bytes;
    q8_depthwise_row(op, y, left, right, arena + op.input, op.input_height, output, weights, scratch);
  }
}

export function q8_fill_pad_row(op: Q8DepthwiseOp, scratch: usize): void {
  fill<i16>(scratch + op.pad_row, <usize>op.input_width * op.input_stride, <i16>op.input_zero);
}

// Columns first..last of output row y. input: row 0 of a ring of `ring_rows` rows in which row y of the picture is row y % ring_rows;
// output: where the row begins. q8_fill_pad_row must have been called.
export function q8_depthwise_row(
  op: Q8DepthwiseOp,
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
  // Columns begin..end have their whole window inside the picture.
  const begin = min(max((op.pad_left + stride - 1) / stride, first), last);
  const end = min((op.input_width - 3 + op.pad_left + stride) / stride, last);
  const has_tiles = is_3x3 && end - begin >= TILE;
  const top = y * op.stride_height - op.pad_top;
  const row0 = input_row(op, top, input, ring_rows, scratch);
  const row1 = input_row(op, top + op.dilation_height, input, ring_rows, scratch);
  const row2 = input_row(op, top + 2 * op.dilation_height, input, ring_rows, scratch);
  const w = weights + op.weights;
  let x = first;
  while (x < last) {
    const left = x * stride - op.pad_left;
    if (has_tiles && x >= begin && x < end) {
      x = min(x, end - TILE);
      tile_3x3(op, x, row0, row1, row2, output, w);
      x += TILE;
    } else if (is_3x3 && op.input_width >= 2 && (left == -1 || left == op.input_width - 2)) {
      edge_3x3(op, x, row0, row1, row2, output, w);
      x += 1;
    } else {
      any_pixel(op, top, x, input, ring_rows, output, w, scratch);
      x += 1;
    }
  }
}

function input_row(op: Q8DepthwiseOp, y: i32, input: usize, ring_rows: i32, scratch: usize): usize {
  if (<u32>y >= <u32>op.input_height) return scratch + op.pad_row;
  return input + ((<usize>(y % ring_rows) * op.input_width * op.input_stride) << 1);
}

function limits_of(op: Q8DepthwiseOp): usize {
  return changetype<usize>(op) + offsetof<Q8DepthwiseOp>('output_zero');
}

// A tile of output pixels from column x, its window wholly inside the picture.
function tile_3x3(op: Q8DepthwiseOp, x: i32, row0: usize, row1: usize, row2: usize, output: usize, w: usize): void {
  const a_stride = (<usize>op.input_stride) << 1;
  const c_stride = (<usize>op.output_stride) << 1;
  const a = <usize>(x * op.stride_width - op.pad_left) * a_stride;
  const c = output + <usize>x * c_stride;
  row0 += a;
  row1 += a;
  row2 += a;
  const limits = limits_of(op);
  const lo = lower_bound(limits);
  const hi = upper_bound(limits);
  const to_output = bits_to_output(limits);
  if (op.stride_width == 1) {
    q8_dwconv_3x3_s1(row0, row1, row2, a_stride, w, c, c_stride, op.channels, lo, hi, to_output);
  } else {
    q8_dwconv_3x3_s2(row0, row1, row2, a_stride, w, c, c_stride, op.channels, lo, hi, to_output);
  }
}

// The pixel of column x, whose window has one column outside the picture.
function edge_3x3(op: Q8DepthwiseOp, x: i32, row0: usize, row1: usize, row2: usize, output: usize, w: usize): void {
  const a_stride = (<usize>op.input_stride) << 1;
  const left = x * op.stride_width - op.pad_left;
  const a = <usize>max(left, 0) * a_stride;
  const inside: usize = left < 0 ? 8 : 0;
  const outside: usize = left < 0 ? 0 : 16;
  const c = output + ((<usize>x * op.output_stride) << 1);
  row0 += a;
  row1 += a;
  row2 += a;
  const limits = limits_of(op);
  const lo = lower_bound(limits);
  const hi = upper_bound(limits);
  const to_output = bits_to_output(limits);
  q8_dwconv_3x3_edge(row0, row1, row2, a_stride, op.input_zero, w, inside, outside, c, op.channels, lo, hi, to_output);
}

// The pixel of column x with any kernel, stride and dilation, 4 channels at a time.
function any_pixel(
  op: Q8DepthwiseOp,
  top: i32,
  x: i32,
  input: usize,
  ring_rows: i32,
  output: usize,
  w: usize,
  scratch: usize,
): void {
  const limits = limits_of(op);
  const lo = lower_bound(limits);
  const hi = upper_bound(limits);
  const to_output = bits_to_output(limits);
  const left = x * op.stride_width - op.pad_left;
  const c = output + ((<usize>x * op.output_stride) << 1);
  for (let channel: usize = 0; channel < (<usize>op.channels) << 1; channel += 8) {
    let acc = v128.load(w);
    let k = w + 32;
    for (let ky = 0; ky < op.kernel_height; ++ky) {
      const row = input_row(op, top + ky * op.dilation_height, input, ring_rows, scratch) + channel;
      for (let kx = 0; kx < op.kernel_width; ++kx) {
        const column = left + kx * op.dilation_width;
        const is_inside = <u32>column < <u32>op.input_width;
        const a = is_inside ? row + ((<usize>column * op.input_stride) << 1) : scratch + op.pad_row;
        acc = i32x4.add(acc, i32x4.extmul_low_i16x8_s(v128.load64_zero(a), v128.load64_zero(k)));
        k += 8;
      }
    }
    acc = requantize(acc, v128.load(w, 16), lo, hi, to_output);
    v128.store64_lane(c + channel, i16x8.narrow_i32x4_s(acc, acc), 0);
    w = k;
  }
}
