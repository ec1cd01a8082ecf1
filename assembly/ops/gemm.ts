// The loops over rows around the GEMM kernels; pointwise, conv and inverted_residual all multiply here.
// Every tile of rows walks all panels: the compiler keeps a block of columns small enough for the second level cache.
import { f32_gemm_1x32 } from '../kernels/f32_gemm_1x32';
import { f32_gemm_4x8 } from '../kernels/f32_gemm_4x8';
import { f32_gemm_5x8 } from '../kernels/f32_gemm_5x8';

// Output rows 0..m of columns 0..n; k and n are element counts, strides are in bytes. a, c, residual: the
// first element of A, of the output and of the residual; w: the first column's panel; Sum and limits as
// in f32_gemm_4x8.
export function multiply<Sum>(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  a_stride: usize,
  w: usize,
  c: usize,
  c_stride: usize,
  residual: usize,
  residual_stride: usize,
  limits: usize,
): void {
  // A row that is left over comes first or last, see single_row_first.
  const first = (m & 3) == 1 && single_row_first((<usize>k + 1) << 5);
  if (first) {
    multiply_row<Sum>(n, k, a, w, c, residual, limits);
    a += a_stride;
    c += c_stride;
    if (isBoolean<Sum>()) residual += residual_stride;
    m -= 1;
  }
  if (ASC_FEATURE_RELAXED_SIMD) {
    for (let rows = rows_by_five(m); rows > 0; rows -= 5) {
      f32_gemm_5x8<Sum>(n, k, a, a_stride, w, c, c_stride, residual, residual_stride, limits);
      a += a_stride * 5;
      c += c_stride * 5;
      if (isBoolean<Sum>()) residual += residual_stride * 5;
      m -= 5;
    }
  }
  for (; m > 1; m -= 4) {
    f32_gemm_4x8<Sum>(m, n, k, a, a_stride, w, c, c_stride, residual, residual_stride, limits);
    a += a_stride << 2;
    c += c_stride << 2;
    if (isBoolean<Sum>()) residual += residual_stride << 2;
  }
  if (m == 1) multiply_row<Sum>(n, k, a, w, c, residual, limits);
}

// How many of m rows tiles of five take, so that tiles of four take the rest: all but 0, 4, 8, 12 or 16, none where m is
// smaller.
function rows_by_five(m: i32): i32 {
  return max(m - (((5 - (m % 5)) % 5) << 2), 0);
}

// Whoever comes first waits for weights from beyond the second-level cache. With short panels the tile kernel computes
// meanwhile (5 % of the whole product); with long ones it stalls, and the row kernel, which reads four panels at once,
// had better fetch them (10 %). The limit is measured.
export function single_row_first(panel_bytes: usize): bool {
  return panel_bytes > 16384;
}

// One row.
function multiply_row<Sum>(n: usize, k: usize, a: usize, w: usize, c: usize, residual: usize, limits: usize): void {
  const panel_bytes = (k + 1) << 5;
  for (; n >= 32; n -= 32) {
    f32_gemm_1x32<Sum>(k, a, w, panel_bytes, c, residual, limits);
    w += panel_bytes << 2;
    c += 128;
    if (isBoolean<Sum>()) residual += 128;
  }
  if (n > 0) f32_gemm_4x8<Sum>(1, n, k, a, 0, w, c, 0, residual, 0, limits);
}
