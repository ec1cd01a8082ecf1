// @ts-nocheck: tsc would want to know the fields of Op; AssemblyScript looks for them where it makes a function of the template.
// Depthwise convolution, an output row at a time. Input rows outside the picture are the row of zeros (of integers: zero
// points) at `pad_row`, so no kernel knows the picture's height, and the input may as well be a ring of rows. Op is
// DepthwiseOp with T = f32, or Q8DepthwiseOp with T = i16.
import { clear_pad_row, input_row } from './depthwise_input';
import { any_pixel, edge_3x3, TILE_S1, TILE_S2, tile_3x3 } from './depthwise_pixels';
import { end_column, end_row, first_column, first_row } from './pieces';
import { Q8_TILE, q8_any_pixel, q8_edge_3x3, q8_tile_3x3 } from './q8_depthwise_pixels';

// A piece of the output.
export function depthwise_piece<Op, T>(op: Op, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  clear_pad_row<Op, T>(op, scratch);
  const row_bytes = <usize>op.output_width * op.output_stride * sizeof<T>();
  const left = first_column<Op>(op, chunk);
  const right = end_column<Op>(op, chunk);
  const end = end_row<Op>(op, chunk);
  for (let y = first_row<Op>(op, chunk); y < end; ++y) {
    const output = arena + op.output + <usize>y * row_bytes;
    depthwise_row<Op, T>(op, y, left, right, arena + op.input, op.input_height, output, weights, scratch);
  }
}

// Columns first..last of output row y. input: row 0 of a ring of `ring_rows` rows in which row y of the picture is row
// y % ring_rows; output: where the row begins. clear_pad_row must have been called.
// How a pixel is computed depends on its column only: by tiles where a 3x3 window of stride 1 or 2 is inside (the last
// tile overlaps the one before it), else alone.
export function depthwise_row<Op, T>(
  op: Op,
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
  const tile = isFloat<T>() ? (stride == 1 ? TILE_S1 : TILE_S2) : Q8_TILE;
  const has_tiles = is_3x3 && end - begin >= tile;
  const top = y * op.stride_height - op.pad_top;
  const row0 = input_row<Op, T>(op, top, input, ring_rows, scratch);
  const row1 = input_row<Op, T>(op, top + op.dilation_height, input, ring_rows, scratch);
  const row2 = input_row<Op, T>(op, top + 2 * op.dilation_height, input, ring_rows, scratch);
  const w = weights + op.weights;
  let x = first;
  while (x < last) {
    const left = x * stride - op.pad_left;
    if (has_tiles && x >= begin && x < end) {
      x = min(x, end - tile);
      if (isFloat<T>()) tile_3x3(op, x, row0, row1, row2, output, w);
      else q8_tile_3x3(op, x, row0, row1, row2, output, w);
      x += tile;
    } else if (is_3x3 && op.input_width >= 2 && (left == -1 || left == op.input_width - 2)) {
      if (isFloat<T>()) edge_3x3(op, x, row0, row1, row2, output, w);
      else q8_edge_3x3(op, x, row0, row1, row2, output, w);
      x += 1;
    } else {
      if (isFloat<T>()) any_pixel(op, top, x, input, ring_rows, output, w, scratch);
      else q8_any_pixel(op, top, x, input, ring_rows, output, w, scratch);
      x += 1;
    }
  }
}
