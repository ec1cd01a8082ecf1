// The loops over rows around the GEMM kernels; pointwise, conv and inverted_residual all multiply here.
// Every tile of rows walks all panels: the compiler keeps a block of columns small enough for the second level cache.
import { f32_gemm_1x32 } from '../kernels/f32_gemm_1x32';
import { f32_gemm_4x8 } from '../kernels/f32_gemm_4x8';

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
  limits: usize
): void {
  // A row that is left over comes first or last, see single_row_first.
  const single = (m & 3) == 1;
  const first = single && single_row_first((<usize>k + 1) << 5);
  if (first) {
    multiply_row<Sum>(n, k, a, w, c, residual, limits);
    a += a_stride;
    c += c_stride;
    if (isBoolean<Sum>()) residual += residual_stride;
  }
  for (let rows = single ? m - 1 : m; rows > 0; rows -= 4) {
    f32_gemm_4x8<Sum>(rows, n, k, a, a_stride, w, c, c_stride, residual, residual_stride, limits);
    a += a_stride << 2;
    c += c_stride << 2;
    if (isBoolean<Sum>()) residual += residual_stride << 2;
  }
  if (single && !first) multiply_row<Sum>(n, k, a, w, c, residual, limits);
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
