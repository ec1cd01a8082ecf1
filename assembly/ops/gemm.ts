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
  if ((m & 3) == 1) {
    m -= 1;
    const residual_row = isBoolean<Sum>() ? residual + residual_stride * m : 0;
    multiply_row<Sum>(n, k, a + a_stride * m, w, c + c_stride * m, residual_row, limits);
  }
  for (let rows = m; rows > 0; rows -= 4) {
    f32_gemm_4x8<Sum>(rows, n, k, a, a_stride, w, c, c_stride, residual, residual_stride, limits);
    a += a_stride << 2;
    c += c_stride << 2;
    if (isBoolean<Sum>()) residual += residual_stride << 2;
  }
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
