// Average and maximum pooling: a chunk is one output row. Taps outside the picture are left out. Of float32 (T = f32,
// Op = PoolOp) or integers (i16, Q8PoolOp).
import { f32_average_pool, f32_max_pool } from '../kernels/f32_pool';
import { q8_average_pool, q8_max_pool } from '../kernels/q8_pool';
import { PoolOp, Q8PoolOp } from '../program';

// The first tap at or after `start` that is not before the picture.
function first_inside(start: i32, dilation: i32): i32 {
  return start >= 0 ? start : start + ((-start + dilation - 1) / dilation) * dilation;
}

// How many taps of a window that starts at `start` lie in [from, extent).
function taps_inside(from: i32, start: i32, kernel: i32, dilation: i32, extent: i32): i32 {
  const end = min(start + (kernel - 1) * dilation + 1, extent);
  return max((end - from + dilation - 1) / dilation, 0);
}

export function run_pool<T, Op>(op: Op, y: i32, arena: usize): void {
  const a_stride = <usize>op.input_stride * sizeof<T>();
  const row_stride = <usize>op.input_width * a_stride;
  const start_y = y * op.stride_height - op.pad_top;
  const from_y = first_inside(start_y, op.dilation_height);
  const rows = taps_inside(from_y, start_y, op.kernel_height, op.dilation_height, op.input_height);
  let c = arena + op.output + <usize>(y * op.output_width) * op.output_stride * sizeof<T>();
  for (let x = 0; x < op.output_width; ++x) {
    const start_x = x * op.stride_width - op.pad_left;
    const from_x = first_inside(start_x, op.dilation_width);
    const columns = taps_inside(from_x, start_x, op.kernel_width, op.dilation_width, op.input_width);
    const a = arena + op.input + <usize>from_y * row_stride + <usize>from_x * a_stride;
    const tap_stride = a_stride * op.dilation_width;
    const tap_row_stride = row_stride * op.dilation_height;
    if (isFloat<T>()) pool(op, a, tap_stride, tap_row_stride, rows, columns, c);
    else q8_pool(op, a, tap_stride, tap_row_stride, rows, columns, c);
    c += <usize>op.output_stride * sizeof<T>();
  }
}

// One output pixel at c.
function pool(op: PoolOp, a: usize, a_stride: usize, row_stride: usize, rows: i32, columns: i32, c: usize): void {
  const limits = changetype<usize>(op) + offsetof<PoolOp>('lo');
  if (op.is_max) f32_max_pool(a, a_stride, row_stride, rows, columns, c, op.channels, limits);
  else f32_average_pool(a, a_stride, row_stride, rows, columns, c, op.channels, limits);
}

function q8_pool(op: Q8PoolOp, a: usize, a_stride: usize, row_stride: usize, rows: i32, columns: i32, c: usize): void {
  const limits = changetype<usize>(op) + offsetof<Q8PoolOp>('lo');
  if (op.is_max) q8_max_pool(a, a_stride, row_stride, rows, columns, c, op.channels, limits);
  else q8_average_pool(a, a_stride, row_stride, rows, columns, op.raw_offset, c, op.channels, limits);
}
