// f32_gemm_5x8__wasmsimd: a tile of 5 rows by 8 columns (one panel) of output = clamp(bias + A * B), for relaxed SIMD: 10
// sums keep two units for fused multiply-adds of 4 cycles busy, where the 8 of f32_gemm_4x8 only just do, and weights
// are read less often. Without fused multiply-adds it is no faster. The sums are those of f32_gemm_4x8, in the same
// order; about AHEAD and the always-true branches see there. A block for a whole k would run out of registers.
import { AHEAD } from './f32_gemm_4x8';
import { clamp, mac } from './vector';

// Computes 5 rows of n (a multiple of 8) columns, panel by panel. Arguments as in f32_gemm_4x8.
export function f32_gemm_5x8<Sum>(
  n: usize,
  k: usize,
  a: usize,
  a_stride: usize,
  w: usize,
  c: usize,
  c_stride: usize,
  residual: usize,
  residual_stride: usize,
  limits: usize,
): void {
  const a1 = a + a_stride;
  const a2 = a1 + a_stride;
  const a3 = a2 + a_stride;
  const a4 = a3 + a_stride;
  let c1 = c + c_stride;
  let c2 = c1 + c_stride;
  let c3 = c2 + c_stride;
  let c4 = c3 + c_stride;
  const c_end = c + (n << 2);
  let b0: v128, b1: v128, s: v128;

  while (c < c_end) {
    let acc00 = v128.load(w);
    let acc01 = v128.load(w, 16);
    let acc10 = acc00;
    let acc11 = acc01;
    let acc20 = acc00;
    let acc21 = acc01;
    let acc30 = acc00;
    let acc31 = acc01;
    let acc40 = acc00;
    let acc41 = acc01;
    let p0 = a - AHEAD;
    let p1 = a1 - AHEAD;
    let p2 = a2 - AHEAD;
    let p3 = a3 - AHEAD;
    let p4 = a4 - AHEAD;
    let b = w + 32;
    const be = b + ((k & ~1) << 5);
    const end = b + (k << 5);
    while (b < be) {
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      if (be > 1) {
        s = v128.load32_splat(p0, AHEAD);
        acc00 = mac(acc00, s, b0);
        acc01 = mac(acc01, s, b1);
        s = v128.load32_splat(p1, AHEAD);
        acc10 = mac(acc10, s, b0);
        acc11 = mac(acc11, s, b1);
        s = v128.load32_splat(p2, AHEAD);
        acc20 = mac(acc20, s, b0);
        acc21 = mac(acc21, s, b1);
      }
      if (be > 2) {
        s = v128.load32_splat(p3, AHEAD);
        acc30 = mac(acc30, s, b0);
        acc31 = mac(acc31, s, b1);
        s = v128.load32_splat(p4, AHEAD);
        acc40 = mac(acc40, s, b0);
        acc41 = mac(acc41, s, b1);
      }
      b0 = v128.load(b, 32);
      b1 = v128.load(b, 48);
      if (be > 3) {
        s = v128.load32_splat(p0, AHEAD + 4);
        acc00 = mac(acc00, s, b0);
        acc01 = mac(acc01, s, b1);
        s = v128.load32_splat(p1, AHEAD + 4);
        acc10 = mac(acc10, s, b0);
        acc11 = mac(acc11, s, b1);
        s = v128.load32_splat(p2, AHEAD + 4);
        acc20 = mac(acc20, s, b0);
        acc21 = mac(acc21, s, b1);
      }
      if (be > 4) {
        s = v128.load32_splat(p3, AHEAD + 4);
        acc30 = mac(acc30, s, b0);
        acc31 = mac(acc31, s, b1);
        s = v128.load32_splat(p4, AHEAD + 4);
        acc40 = mac(acc40, s, b0);
        acc41 = mac(acc41, s, b1);
      }
      p0 += 8;
      p1 += 8;
      p2 += 8;
      p3 += 8;
      p4 += 8;
      b += 64;
    }
    while (b < end) {
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      if (be > 5) {
        s = v128.load32_splat(p0, AHEAD);
        acc00 = mac(acc00, s, b0);
        acc01 = mac(acc01, s, b1);
        s = v128.load32_splat(p1, AHEAD);
        acc10 = mac(acc10, s, b0);
        acc11 = mac(acc11, s, b1);
        s = v128.load32_splat(p2, AHEAD);
        acc20 = mac(acc20, s, b0);
        acc21 = mac(acc21, s, b1);
      }
      if (be > 6) {
        s = v128.load32_splat(p3, AHEAD);
        acc30 = mac(acc30, s, b0);
        acc31 = mac(acc31, s, b1);
        s = v128.load32_splat(p4, AHEAD);
        acc40 = mac(acc40, s, b0);
        acc41 = mac(acc41, s, b1);
      }
      p0 += 4;
      p1 += 4;
      p2 += 4;
      p3 += 4;
      p4 += 4;
      b += 32;
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
    acc40 = clamp(acc40, lo, hi);
    acc41 = clamp(acc41, lo, hi);
    if (isBoolean<Sum>()) {
      const r1 = residual + residual_stride;
      const r2 = r1 + residual_stride;
      const r3 = r2 + residual_stride;
      const r4 = r3 + residual_stride;
      lo = v128.load32_splat(limits, 8);
      hi = v128.load32_splat(limits, 12);
      acc00 = clamp(f32x4.add(acc00, v128.load(residual)), lo, hi);
      acc01 = clamp(f32x4.add(acc01, v128.load(residual, 16)), lo, hi);
      acc10 = clamp(f32x4.add(acc10, v128.load(r1)), lo, hi);
      acc11 = clamp(f32x4.add(acc11, v128.load(r1, 16)), lo, hi);
      acc20 = clamp(f32x4.add(acc20, v128.load(r2)), lo, hi);
      acc21 = clamp(f32x4.add(acc21, v128.load(r2, 16)), lo, hi);
      acc30 = clamp(f32x4.add(acc30, v128.load(r3)), lo, hi);
      acc31 = clamp(f32x4.add(acc31, v128.load(r3, 16)), lo, hi);
      acc40 = clamp(f32x4.add(acc40, v128.load(r4)), lo, hi);
      acc41 = clamp(f32x4.add(acc41, v128.load(r4, 16)), lo, hi);
      residual += 32;
    }
    v128.store(c, acc00);
    v128.store(c, acc01, 16);
    v128.store(c1, acc10);
    v128.store(c1, acc11, 16);
    v128.store(c2, acc20);
    v128.store(c2, acc21, 16);
    v128.store(c3, acc30);
    v128.store(c3, acc31, 16);
    v128.store(c4, acc40);
    v128.store(c4, acc41, 16);
    c += 32;
    c1 += 32;
    c2 += 32;
    c3 += 32;
    c4 += 32;
    w = end;
  }
}
