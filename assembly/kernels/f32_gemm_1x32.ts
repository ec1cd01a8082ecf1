// f32_gemm_1x32__wasmsimd: one row by four panels of output = clamp(bias + A * B), for the row that is left over
// after the tiles of four, and for dense layers. A 4x8 tile of copies of one row would take four times as long.
// The sums are those of f32_gemm_4x8, in the same order. About the always-true branches see there.
import { clamp, mac } from './vector';

// a, c, residual: the row of A and the 32 outputs and residuals; w: the first panel, panels panel_bytes apart;
// limits and Sum as in f32_gemm_4x8.
export function f32_gemm_1x32<Sum>(
  k: usize,
  a: usize,
  w: usize,
  panel_bytes: usize,
  c: usize,
  residual: usize,
  limits: usize,
): void {
  let b0 = w;
  let b1 = b0 + panel_bytes;
  let b2 = b1 + panel_bytes;
  let b3 = b2 + panel_bytes;
  let acc00 = v128.load(b0);
  let acc01 = v128.load(b0, 16);
  let acc10 = v128.load(b1);
  let acc11 = v128.load(b1, 16);
  let acc20 = v128.load(b2);
  let acc21 = v128.load(b2, 16);
  let acc30 = v128.load(b3);
  let acc31 = v128.load(b3, 16);
  const ae = a + ((k & ~3) << 2);
  const end = a + (k << 2);
  let s: v128;

  while (a < ae) {
    s = v128.load32_splat(a);
    acc00 = mac(acc00, s, v128.load(b0, 32));
    acc01 = mac(acc01, s, v128.load(b0, 48));
    acc10 = mac(acc10, s, v128.load(b1, 32));
    acc11 = mac(acc11, s, v128.load(b1, 48));
    if (ae > 1) {
      acc20 = mac(acc20, s, v128.load(b2, 32));
      acc21 = mac(acc21, s, v128.load(b2, 48));
      acc30 = mac(acc30, s, v128.load(b3, 32));
      acc31 = mac(acc31, s, v128.load(b3, 48));
    }
    if (ae > 2) {
      s = v128.load32_splat(a, 4);
      acc00 = mac(acc00, s, v128.load(b0, 64));
      acc01 = mac(acc01, s, v128.load(b0, 80));
      acc10 = mac(acc10, s, v128.load(b1, 64));
      acc11 = mac(acc11, s, v128.load(b1, 80));
      if (ae > 3) {
        acc20 = mac(acc20, s, v128.load(b2, 64));
        acc21 = mac(acc21, s, v128.load(b2, 80));
        acc30 = mac(acc30, s, v128.load(b3, 64));
        acc31 = mac(acc31, s, v128.load(b3, 80));
      }
    }
    if (ae > 4) {
      s = v128.load32_splat(a, 8);
      acc00 = mac(acc00, s, v128.load(b0, 96));
      acc01 = mac(acc01, s, v128.load(b0, 112));
      acc10 = mac(acc10, s, v128.load(b1, 96));
      acc11 = mac(acc11, s, v128.load(b1, 112));
      if (ae > 5) {
        acc20 = mac(acc20, s, v128.load(b2, 96));
        acc21 = mac(acc21, s, v128.load(b2, 112));
        acc30 = mac(acc30, s, v128.load(b3, 96));
        acc31 = mac(acc31, s, v128.load(b3, 112));
      }
    }
    if (ae > 6) {
      s = v128.load32_splat(a, 12);
      acc00 = mac(acc00, s, v128.load(b0, 128));
      acc01 = mac(acc01, s, v128.load(b0, 144));
      acc10 = mac(acc10, s, v128.load(b1, 128));
      acc11 = mac(acc11, s, v128.load(b1, 144));
      if (ae > 7) {
        acc20 = mac(acc20, s, v128.load(b2, 128));
        acc21 = mac(acc21, s, v128.load(b2, 144));
        acc30 = mac(acc30, s, v128.load(b3, 128));
        acc31 = mac(acc31, s, v128.load(b3, 144));
      }
    }
    a += 16;
    b0 += 128;
    b1 += 128;
    b2 += 128;
    b3 += 128;
  }
  while (a < end) {
    s = v128.load32_splat(a);
    acc00 = mac(acc00, s, v128.load(b0, 32));
    acc01 = mac(acc01, s, v128.load(b0, 48));
    acc10 = mac(acc10, s, v128.load(b1, 32));
    acc11 = mac(acc11, s, v128.load(b1, 48));
    if (ae > 8) {
      acc20 = mac(acc20, s, v128.load(b2, 32));
      acc21 = mac(acc21, s, v128.load(b2, 48));
      acc30 = mac(acc30, s, v128.load(b3, 32));
      acc31 = mac(acc31, s, v128.load(b3, 48));
    }
    a += 4;
    b0 += 32;
    b1 += 32;
    b2 += 32;
    b3 += 32;
  }
  let lo = v128.load32_splat(limits);
  let hi = v128.load32_splat(limits, 4);
  acc00 = clamp(acc00, lo, hi);
  acc01 = clamp(acc01, lo, hi);
  acc10 = clamp(acc10, lo, hi);
  acc11 = clamp(acc11, lo, hi);
  acc20 = clamp(acc20, lo, hi);
  acc21 = clamp(acc21, lo, hi);
  acc30 = clamp(acc30, lo, hi);
  acc31 = clamp(acc31, lo, hi);
  if (isBoolean<Sum>()) {
    lo = v128.load32_splat(limits, 8);
    hi = v128.load32_splat(limits, 12);
    acc00 = clamp(f32x4.add(acc00, v128.load(residual)), lo, hi);
    acc01 = clamp(f32x4.add(acc01, v128.load(residual, 16)), lo, hi);
    acc10 = clamp(f32x4.add(acc10, v128.load(residual, 32)), lo, hi);
    acc11 = clamp(f32x4.add(acc11, v128.load(residual, 48)), lo, hi);
    acc20 = clamp(f32x4.add(acc20, v128.load(residual, 64)), lo, hi);
    acc21 = clamp(f32x4.add(acc21, v128.load(residual, 80)), lo, hi);
    acc30 = clamp(f32x4.add(acc30, v128.load(residual, 96)), lo, hi);
    acc31 = clamp(f32x4.add(acc31, v128.load(residual, 112)), lo, hi);
  }
  v128.store(c, acc00);
  v128.store(c, acc01, 16);
  v128.store(c, acc10, 32);
  v128.store(c, acc11, 48);
  v128.store(c, acc20, 64);
  v128.store(c, acc21, 80);
  v128.store(c, acc30, 96);
  v128.store(c, acc31, 112);
}
