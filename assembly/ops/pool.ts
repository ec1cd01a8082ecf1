// Average and maximum pooling: a chunk is one output row. Taps outside the picture are left out.
import { f32_average_pool, f32_max_pool } from '../kernels/f32_pool';
import { PoolOp } from '../program';

// The first tap at or after `start` that is not before the picture.
function first_inside(start: i32, dilation: i32): i32 {
  return start >= 0 ? start : start + ((-start + dilation - 1) / dilation) * dilation;
}

// How many taps of a window that starts at `start` lie in [from, extent).
function taps_inside(from: i32, start: i32, kernel: i32, dilation: i32, extent: i32): i32 {
  const end = min(start + (kernel - 1) * dilation + 1, extent);
  return max((end - from + dilation - 1) / dilation, 0);
}

export function run_pool(op: PoolOp, y: i32, arena: usize): void {
  const a_stride = <usize>op.input_stride << 2;
  const row_stride = <usize>op.input_width * a_stride;
  const start_y = y * op.stride_height - op.pad_top;
  const from_y = first_inside(start_y, op.dilation_height);
  const rows = taps_inside(from_y, start_y, op.kernel_height, op.dilation_height, op.input_height);
  const limits = changetype<usize>(op) + offsetof<PoolOp>('lo');
  let c = arena + op.output + ((<usize>(y * op.output_width) * op.output_stride) << 2);
  for (let x = 0; x < op.output_width; ++x) {
    const start_x = x * op.stride_width - op.pad_left;
    const from_x = first_inside(start_x, op.dilation_width);
    const columns = taps_inside(from_x, start_x, op.kernel_width, op.dilation_width, op.input_width);
    const a = arena + op.input + <usize>from_y * row_stride + <usize>from_x * a_stride;
    const tap_stride = a_stride * op.dilation_width;
    const tap_row_stride = row_stride * op.dilation_height;
    if (op.is_max) {
      f32_max_pool(a, tap_stride, tap_row_stride, rows, columns, c, op.channels, limits);
    } else {
      f32_average_pool(a, tap_stride, tap_row_stride, rows, columns, c, op.channels, limits);
    }
    c += <usize>op.output_stride << 2;
  }
}
