// @ts-nocheck: tsc would want to know the fields of Op; AssemblyScript looks for them where it makes a function of the template.
// Where the input rows of a depthwise convolution lie.
import { fill } from '../kernels/runs';

export function clear_pad_row<Op, T>(op: Op, scratch: usize): void {
  const values = <usize>op.input_width * op.input_stride;
  if (isFloat<T>()) memory.fill(scratch + op.pad_row, 0, values << 2);
  else fill<T>(scratch + op.pad_row, values, <T>op.input_zero);
}

// Row y of the picture, in a ring of `ring_rows` rows that begins at `input`; outside of the picture the row at `pad_row`.
export function input_row<Op, T>(op: Op, y: i32, input: usize, ring_rows: i32, scratch: usize): usize {
  if (<u32>y >= <u32>op.input_height) return scratch + op.pad_row;
  return input + <usize>(y % ring_rows) * op.input_width * op.input_stride * sizeof<T>();
}
