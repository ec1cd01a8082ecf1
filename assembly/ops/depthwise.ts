// Depthwise convolution, an output row at a time. Input rows outside the picture are the row of zeros at
// `pad_row`, so no kernel knows the picture's height, and the input may as well be a ring of rows.
import { f32_dwconv_any_begin, f32_dwconv_any_end, f32_dwconv_any_tap } from '../kernels/f32_dwconv_any';
import { f32_dwconv_3x3_edge } from '../kernels/f32_dwconv_3x3_edge';
import { f32_dwconv_3x3_s1 } from '../kernels/f32_dwconv_3x3_s1';
import { f32_dwconv_3x3_s2 } from '../kernels/f32_dwconv_3x3_s2';
import { DepthwiseOp } from '../program';

export function run_depthwise(op: DepthwiseOp, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  clear_pad_row(op, scratch);
  const row_bytes = (<usize>op.output_width * op.output_stride) << 2;
  const first = chunk * op.rows_per_chunk;
  const end = min(first + op.rows_per_chunk, op.output_height);
  for (let y = first; y < end; ++y) {
    const output = arena + op.output + <usize>y * row_bytes;
    depthwise_row(op, y, arena + op.input, op.input_height, output, weights, scratch);
  }
}

export function clear_pad_row(op: DepthwiseOp, scratch: usize): void {
  memory.fill(scratch + op.pad_row, 0, (<usize>op.input_width * op.input_stride) << 2);
}

// Output row y. input: row 0 of a ring of `ring_rows` rows in which row y of the picture is row y % ring_rows;
// output: where the row goes. clear_pad_row must have been called.
export function depthwise_row(
  op: DepthwiseOp,
  y: i32,
  input: usize,
  ring_rows: i32,
  output: usize,
  weights: usize,
  scratch: usize
): void {
  const top = y * op.stride_height - op.pad_top;
  const is_3x3 = op.kernel_height == 3 && op.kernel_width == 3 && op.dilation_width == 1;
  if (!is_3x3 || op.stride_width > 2) {
    any_window_row(op, top, input, ring_rows, output, weights, scratch);
    return;
  }
  const row0 = input_row(op, top, input, ring_rows, scratch);
  const row1 = input_row(op, top + op.dilation_height, input, ring_rows, scratch);
  const row2 = input_row(op, top + 2 * op.dilation_height, input, ring_rows, scratch);
  window_3x3_row(op, row0, row1, row2, output, weights + op.weights, scratch + op.pad_row);
}

function input_row(op: DepthwiseOp, y: i32, input: usize, ring_rows: i32, scratch: usize): usize {
  if (<u32>y >= <u32>op.input_height) return scratch + op.pad_row;
  return input + ((<usize>(y % ring_rows) * op.input_width * op.input_stride) << 2);
}

// Any kernel, stride and dilation.
function any_window_row(
  op: DepthwiseOp,
  top: i32,
  input: usize,
  ring_rows: i32,
  output: usize,
  weights: usize,
  scratch: usize
): void {
  const taps = op.kernel_height * op.kernel_width;
  const group_bytes = (<usize>taps + 1) << 4;
  const limits = changetype<usize>(op) + offsetof<DepthwiseOp>('lo');
  for (let x = 0; x < op.output_width; ++x) {
    const left = x * op.stride_width - op.pad_left;
    const pixel = output + ((<usize>x * op.output_stride) << 2);
    f32_dwconv_any_begin(weights + op.weights, group_bytes, pixel, op.channels);
    for (let tap = 0; tap < taps; ++tap) {
      const row = input_row(op, top + (tap / op.kernel_width) * op.dilation_height, input, ring_rows, scratch);
      const column = left + (tap % op.kernel_width) * op.dilation_width;
      const from = input_pixel(op, row, column, scratch + op.pad_row);
      const w = weights + op.weights + ((<usize>tap + 1) << 4);
      f32_dwconv_any_tap(from, w, group_bytes, pixel, op.channels);
    }
    f32_dwconv_any_end(pixel, op.channels, limits);
  }
}

// A 3x3 window of stride 1 or 2, no dilation along the row: tiles of pixels whose columns are all inside, and
// single pixels at the edges. The last tile overlaps the one before it.
function window_3x3_row(
  op: DepthwiseOp,
  row0: usize,
  row1: usize,
  row2: usize,
  output: usize,
  w: usize,
  zeros: usize
): void {
  const stride = op.stride_width;
  const tile = stride == 1 ? 4 : 2;
  const begin = min((op.pad_left + stride - 1) / stride, op.output_width);
  const end = min((op.input_width - 3 + op.pad_left + stride) / stride, op.output_width);
  const tiled = end - begin >= tile;
  let x = 0;
  while (x < op.output_width) {
    if (!tiled || x < begin || x >= end) {
      edge_pixel(op, x, row0, row1, row2, output, w, zeros);
      x += 1;
    } else {
      x = min(x, end - tile);
      pixel_tile(op, x, row0, row1, row2, output, w);
      x += tile;
    }
  }
}

function pixel_tile(op: DepthwiseOp, x: i32, row0: usize, row1: usize, row2: usize, output: usize, w: usize): void {
  const a_stride = <usize>op.input_stride << 2;
  const c_stride = <usize>op.output_stride << 2;
  const a = <usize>(x * op.stride_width - op.pad_left) * a_stride;
  const c = output + <usize>x * c_stride;
  const limits = changetype<usize>(op) + offsetof<DepthwiseOp>('lo');
  if (op.stride_width == 1) {
    f32_dwconv_3x3_s1(row0 + a, row1 + a, row2 + a, a_stride, w, c, c_stride, op.channels, limits);
  } else {
    f32_dwconv_3x3_s2(row0 + a, row1 + a, row2 + a, a_stride, w, c, c_stride, op.channels, limits);
  }
}

function edge_pixel(
  op: DepthwiseOp,
  x: i32,
  row0: usize,
  row1: usize,
  row2: usize,
  output: usize,
  w: usize,
  zeros: usize
): void {
  const left = x * op.stride_width - op.pad_left;
  f32_dwconv_3x3_edge(
    input_pixel(op, row0, left, zeros),
    input_pixel(op, row0, left + 1, zeros),
    input_pixel(op, row0, left + 2, zeros),
    input_pixel(op, row1, left, zeros),
    input_pixel(op, row1, left + 1, zeros),
    input_pixel(op, row1, left + 2, zeros),
    input_pixel(op, row2, left, zeros),
    input_pixel(op, row2, left + 1, zeros),
    input_pixel(op, row2, left + 2, zeros),
    w,
    output + ((<usize>x * op.output_stride) << 2),
    op.channels,
    changetype<usize>(op) + offsetof<DepthwiseOp>('lo')
  );
}

function input_pixel(op: DepthwiseOp, row: usize, x: i32, zeros: usize): usize {
  return <u32>x < <u32>op.input_width ? row + ((<usize>x * op.input_stride) << 2) : zeros;
}
