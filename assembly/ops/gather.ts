// @ts-nocheck: tsc would want to know the fields of Op; AssemblyScript looks for them where it makes a function of the template.
// Gathers one output row of patches for a convolution. Op is ConvOp with T = f32, or Q8ConvOp with T = i16.
import { copy_runs, fill } from '../kernels/runs';

// The patches of columns left..right of output row y: each [kernel_height][kernel_width][input_channels], patch_bytes
// apart; places outside the picture hold `outside`.
export function gather_row<Op, T>(
  op: Op,
  y: i32,
  left: i32,
  right: i32,
  input: usize,
  patches: usize,
  patch_bytes: usize,
  outside: T,
): void {
  const row_bytes = <usize>op.input_width * op.input_stride * sizeof<T>();
  const run = <usize>op.kernel_width * op.input_channels;
  const top = y * op.stride_height - op.pad_top;
  for (let ky = 0; ky < op.kernel_height; ++ky) {
    const iy = top + ky * op.dilation_height;
    if (<u32>iy < <u32>op.input_height) {
      gather_runs<Op, T>(op, input + <usize>iy * row_bytes, left, right, patches, patch_bytes, outside);
    } else {
      for (let x: usize = 0; x < <usize>(right - left); ++x) fill<T>(patches + x * patch_bytes, run, outside);
    }
    patches += run * sizeof<T>();
  }
}

// What input row `row` gives to each of these patches: a run of taps each, runs patch_bytes apart. Where a run's pixels are all
// inside and lie side by side, as in the first layer, it is copied whole.
function gather_runs<Op, T>(
  op: Op,
  row: usize,
  left: i32,
  right: i32,
  patches: usize,
  patch_bytes: usize,
  outside: T,
): void {
  const to = patches - <usize>left * patch_bytes;
  const stride = op.stride_width;
  const is_dense = op.dilation_width == 1 && op.input_stride == op.input_channels;
  const begin = is_dense ? min(max((op.pad_left + stride - 1) / stride, left), right) : right;
  const inside = (op.input_width - op.kernel_width + op.pad_left + stride) / stride;
  const end = max(begin, min(inside, right));
  for (let x = left; x < begin; ++x) gather_run<Op, T>(op, row, x, to + <usize>x * patch_bytes, outside);
  if (begin < end) {
    const pixel_bytes = <usize>op.input_stride * sizeof<T>();
    const from = row + <usize>(begin * stride - op.pad_left) * pixel_bytes;
    const run = op.kernel_width * op.input_channels;
    copy_runs<T>(to + <usize>begin * patch_bytes, patch_bytes, from, <usize>stride * pixel_bytes, run, end - begin);
  }
  for (let x = end; x < right; ++x) gather_run<Op, T>(op, row, x, to + <usize>x * patch_bytes, outside);
}

// The taps of one patch of an input row, one by one.
function gather_run<Op, T>(op: Op, row: usize, x: i32, to: usize, outside: T): void {
  const channels = <usize>op.input_channels;
  let ix = x * op.stride_width - op.pad_left;
  for (let kx = 0; kx < op.kernel_width; ++kx) {
    if (<u32>ix < <u32>op.input_width) {
      copy_runs<T>(to, 0, row + <usize>ix * op.input_stride * sizeof<T>(), 0, channels, 1);
    } else {
      fill<T>(to, channels, outside);
    }
    ix += op.dilation_width;
    to += channels * sizeof<T>();
  }
}
