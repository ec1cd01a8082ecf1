// Output pixels of an integer depthwise convolution: tiles of them, those at an edge, any.
import { Q8DepthwiseOp } from '../generated/program';
import { q8_dwconv_3x3_edge } from '../kernels/q8_dwconv_3x3_edge';
import { q8_dwconv_3x3_s1 } from '../kernels/q8_dwconv_3x3_s1';
import { q8_dwconv_3x3_s2 } from '../kernels/q8_dwconv_3x3_s2';
import { bits_to_output, lower_bound, requantize, upper_bound } from '../kernels/q8_vector';
import { input_row } from './depthwise_input';

// Pixels of a tile.
export const Q8_TILE: i32 = 4;

function limits_of(op: Q8DepthwiseOp): usize {
  return changetype<usize>(op) + offsetof<Q8DepthwiseOp>('output_zero');
}

// A tile of output pixels from column x, its window wholly inside the picture.
export function q8_tile_3x3(
  op: Q8DepthwiseOp,
  x: i32,
  row0: usize,
  row1: usize,
  row2: usize,
  output: usize,
  w: usize,
): void {
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
export function q8_edge_3x3(
  op: Q8DepthwiseOp,
  x: i32,
  row0: usize,
  row1: usize,
  row2: usize,
  output: usize,
  w: usize,
): void {
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
export function q8_any_pixel(
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
      const row = input_row<Q8DepthwiseOp, i16>(op, top + ky * op.dilation_height, input, ring_rows, scratch) + channel;
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
