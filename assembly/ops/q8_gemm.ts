// The loops over rows around the integer GEMM kernels; q8_pointwise, q8_conv and inverted_residual all multiply here.
import { q8_gemm_1x32 } from '../kernels/q8_gemm_1x32';
import { q8_gemm_4x8 } from '../kernels/q8_gemm_4x8';
import { bits_to_output, lower_bound, upper_bound } from '../kernels/q8_vector';
import { single_row_first } from './gemm';

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
  limits: usize,
): void {
  const lo = lower_bound(limits);
  const hi = upper_bound(limits);
  const to_output = bits_to_output(limits);
  const pairs = (<usize>k + 1) >> 1;
  const single = (m & 3) == 1;
  const first = single && single_row_first(q8_column_bytes(k) << 3);
  if (first) {
    multiply_row(n, k, a, w, c, limits);
    a += a_stride;
    c += c_stride;
  }
  for (let rows = single ? m - 1 : m; rows > 0; rows -= 4) {
    q8_gemm_4x8(rows, n, pairs, a, a_stride, w, c, c_stride, lo, hi, to_output);
    a += a_stride << 2;
    c += c_stride << 2;
  }
  if (single && !first) multiply_row(n, k, a, w, c, limits);
}

// One row.
function multiply_row(n: i32, k: i32, a: usize, w: usize, c: usize, limits: usize): void {
  const lo = lower_bound(limits);
  const hi = upper_bound(limits);
  const to_output = bits_to_output(limits);
  const pairs = (<usize>k + 1) >> 1;
  const panel_bytes = q8_column_bytes(k) << 3;
  for (; n >= 32; n -= 32) {
    q8_gemm_1x32(pairs, a, w, panel_bytes, c, lo, hi, to_output);
    w += panel_bytes << 2;
    c += 64;
  }
  if (n > 0) q8_gemm_4x8(1, n, pairs, a, 0, w, c, 0, lo, hi, to_output);
}
