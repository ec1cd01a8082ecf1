// Convolution with any window: gathers one output row of patches, then multiplies it.
import { f32_copy_runs } from '../kernels/f32_copy_runs';
import { ConvOp } from '../program';
import { multiply } from './gemm';

// The patches of output row y: [output_width][kernel_height][kernel_width][input_channels], zeros outside the picture.
function gather_row(op: ConvOp, y: i32, input: usize, patches: usize): void {
  const row_bytes = (<usize>op.input_width * op.input_stride) << 2;
  const run_bytes = (<usize>op.kernel_width * op.input_channels) << 2;
  const patch_bytes = run_bytes * op.kernel_height;
  const top = y * op.stride_height - op.pad_top;
  for (let ky = 0; ky < op.kernel_height; ++ky) {
    const iy = top + ky * op.dilation_height;
    if (<u32>iy < <u32>op.input_height) {
      gather_runs(op, input + <usize>iy * row_bytes, patches, patch_bytes);
    } else {
      for (let x: usize = 0; x < <usize>op.output_width; ++x) memory.fill(patches + x * patch_bytes, 0, run_bytes);
    }
    patches += run_bytes;
  }
}

// What input row `row` gives to every patch: a run of taps each, runs patch_bytes apart. Where a run's pixels are all
// inside and lie side by side, as in the first layer, it is copied whole.
function gather_runs(op: ConvOp, row: usize, to: usize, patch_bytes: usize): void {
  const stride = op.stride_width;
  const is_dense = op.dilation_width == 1 && op.input_stride == op.input_channels;
  const begin = is_dense ? min((op.pad_left + stride - 1) / stride, op.output_width) : op.output_width;
  const inside = (op.input_width - op.kernel_width + op.pad_left + stride) / stride;
  const end = max(begin, min(inside, op.output_width));
  for (let x = 0; x < begin; ++x) gather_run(op, row, x, to + <usize>x * patch_bytes);
  if (begin < end) {
    const pixel_bytes = <usize>op.input_stride << 2;
    const from = row + <usize>(begin * stride - op.pad_left) * pixel_bytes;
    const floats = op.kernel_width * op.input_channels;
    f32_copy_runs(to + <usize>begin * patch_bytes, patch_bytes, from, stride * pixel_bytes, floats, end - begin);
  }
  for (let x = end; x < op.output_width; ++x) gather_run(op, row, x, to + <usize>x * patch_bytes);
}

// The taps of one patch of an input row, one by one.
function gather_run(op: ConvOp, row: usize, x: i32, to: usize): void {
  const tap_bytes = <usize>op.input_channels << 2;
  let ix = x * op.stride_width - op.pad_left;
  for (let kx = 0; kx < op.kernel_width; ++kx) {
    if (<u32>ix < <u32>op.input_width) {
      f32_copy_runs(to, 0, row + ((<usize>ix * op.input_stride) << 2), 0, op.input_channels, 1);
    } else {
      memory.fill(to, 0, tap_bytes);
    }
    ix += op.dilation_width;
    to += tap_bytes;
  }
}

export function run_conv(op: ConvOp, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  const k = op.kernel_height * op.kernel_width * op.input_channels;
  const patches = scratch + op.patches;
  const output_stride = <usize>op.output_stride << 2;
  const limits = changetype<usize>(op) + offsetof<ConvOp>('lo');
  const first = chunk * op.rows_per_chunk;
  const end = min(first + op.rows_per_chunk, op.output_height);
  for (let y = first; y < end; ++y) {
    gather_row(op, y, arena + op.input, patches);
    const output = arena + op.output + <usize>(y * op.output_width) * output_stride;
    multiply<void>(
      op.output_width, op.n, k, patches, <usize>k << 2, weights + op.weights, output, output_stride, 0, 0, limits
    );
  }
}
