// Convolution with any window: gathers one output row of patches, then multiplies it.
import { ConvOp } from '../program';
import { multiply } from './gemm';

// Copies or clears `count` floats. The patches of the usual first layer are 3 floats at a time.
function copy_floats(to: usize, from: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 4) store<f32>(to + i, load<f32>(from + i));
}

function clear_floats(to: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 4) store<f32>(to + i, 0);
}

// The patches of output row y: [output_width][kernel_height][kernel_width][input_channels], zeros outside the picture.
function gather_row(op: ConvOp, y: i32, input: usize, patches: usize): void {
  const channels = op.input_channels;
  const tap_bytes = <usize>channels << 2;
  const top = y * op.stride_height - op.pad_top;
  let to = patches;
  for (let x = 0; x < op.output_width; ++x) {
    const left = x * op.stride_width - op.pad_left;
    for (let ky = 0; ky < op.kernel_height; ++ky) {
      const iy = top + ky * op.dilation_height;
      for (let kx = 0; kx < op.kernel_width; ++kx) {
        const ix = left + kx * op.dilation_width;
        if (<u32>iy < <u32>op.input_height && <u32>ix < <u32>op.input_width) {
          copy_floats(to, input + ((<usize>(iy * op.input_width + ix) * op.input_stride) << 2), channels);
        } else {
          clear_floats(to, channels);
        }
        to += tap_bytes;
      }
    }
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
