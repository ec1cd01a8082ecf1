// The loops over tiles and panels around the integer GEMM kernels, as in gemm.ts.
import { q8_gemm_1x32 } from '../kernels/q8_gemm_1x32';
import { q8_gemm_4x8 } from '../kernels/q8_gemm_4x8';

// Bytes of a column's share of its panel: bias, scale, and pairs of weights.
export function q8_column_bytes(k: usize): usize {
  return 8 + (((k + 1) >> 1) << 2);
}

// Output rows 0..m of columns 0..n; k and n are element counts, strides are in bytes. a, c: the first element of A and
// of the output; w: the first column's panel; limits: the address of output_zero, lo, hi.
export function q8_multiply(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  a_stride: usize,
  w: usize,
  c: usize,
  c_stride: usize,
  limits: usize
): void {
  const pairs = (<usize>k + 1) >> 1;
  const panel_bytes = q8_column_bytes(k) << 3;
  const row_bytes = <usize>n << 1;
  if ((m & 3) == 1) {
    m -= 1;
    multiply_row(row_bytes, pairs, a + a_stride * m, w, panel_bytes, c + c_stride * m, limits);
  }
  for (let rows = m; rows > 0; rows -= 4) {
    let panel = w;
    for (let column: usize = 0; column < row_bytes; column += 16) {
      q8_gemm_4x8(rows, pairs, a, a_stride, panel, c + column, c_stride, limits);
      panel += panel_bytes;
    }
    a += a_stride << 2;
    c += c_stride << 2;
  }
}

// One row.
function multiply_row(
  row_bytes: usize,
  pairs: usize,
  a: usize,
  w: usize,
  panel_bytes: usize,
  c: usize,
  limits: usize
): void {
  let column: usize = 0;
  for (; column + 64 <= row_bytes; column += 64) {
    q8_gemm_1x32(pairs, a, w, panel_bytes, c + column, limits);
    w += panel_bytes << 2;
  }
  for (; column < row_bytes; column += 16) {
    q8_gemm_4x8(1, pairs, a, 0, w, c + column, 0, limits);
    w += panel_bytes;
  }
}
