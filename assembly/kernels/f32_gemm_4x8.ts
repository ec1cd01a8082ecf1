// f32_gemm_4x8__wasmsimd: a tile of 4 rows by 8 columns (one panel) of output = clamp(bias + A * B).
//
// The loop over k is cut into small blocks by conditions that are always true (`be` is an address far above
// every constant). V8 hoists the loads of a basic block to its top and sinks the arithmetic, so a plain
// unrolled loop runs out of registers and spills; no compiler can fold these branches, and each costs one
// fused compare and jump. Every constant differs, or V8 would merge the conditions and keep the values in
// memory between them. With 8 accumulators, 2 columns of B, and a splat and a product in flight the plain
// build needs all of x64's 16 vector registers, so it also has a barrier after every two rows.
import { clamp, mac } from './vector';

// Computes `rows` (1 to 4) rows of n (a multiple of 8) columns, panel by panel; the rows beyond are computed as copies of
// the last and stored over it. The loop over panels is inside because a call for every tile costs where k is small.
// a, c, residual: first row of A, of the output and of the residual, whose rows are *_stride bytes apart;
// w: the panels, bias[8] then [k][8] each; limits: the address of lo, hi and, for a sum, sum_lo, sum_hi.
// Sum is bool where a residual is added after the clamp (then clamped again) and void where not. All rows of a panel
// are read before any is stored, so the residual may be the output itself.
export function f32_gemm_4x8<Sum>(
  rows: i32,
  n: usize,
  k: usize,
  a: usize,
  a_stride: usize,
  w: usize,
  c: usize,
  c_stride: usize,
  residual: usize,
  residual_stride: usize,
  limits: usize
): void {
  let a0 = a;
  let a1 = rows > 1 ? a0 + a_stride : a0;
  let a2 = rows > 2 ? a1 + a_stride : a1;
  let a3 = rows > 3 ? a2 + a_stride : a2;
  let c1 = rows > 1 ? c + c_stride : c;
  let c2 = rows > 2 ? c1 + c_stride : c1;
  let c3 = rows > 3 ? c2 + c_stride : c2;
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
    let b = w + 32;
    const be = b + ((k & ~3) << 5);
    const end = b + (k << 5);
    while (b < be) {
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      s = v128.load32_splat(a0);
      acc00 = mac(acc00, s, b0);
      acc01 = mac(acc01, s, b1);
      s = v128.load32_splat(a1);
      acc10 = mac(acc10, s, b0);
      acc11 = mac(acc11, s, b1);
      if (ASC_FEATURE_RELAXED_SIMD || be > 1) {
        s = v128.load32_splat(a2);
        acc20 = mac(acc20, s, b0);
        acc21 = mac(acc21, s, b1);
        s = v128.load32_splat(a3);
        acc30 = mac(acc30, s, b0);
        acc31 = mac(acc31, s, b1);
      }
      if (be > 2) {
        b0 = v128.load(b, 32);
        b1 = v128.load(b, 48);
        s = v128.load32_splat(a0, 4);
        acc00 = mac(acc00, s, b0);
        acc01 = mac(acc01, s, b1);
        s = v128.load32_splat(a1, 4);
        acc10 = mac(acc10, s, b0);
        acc11 = mac(acc11, s, b1);
        if (ASC_FEATURE_RELAXED_SIMD || be > 3) {
          s = v128.load32_splat(a2, 4);
          acc20 = mac(acc20, s, b0);
          acc21 = mac(acc21, s, b1);
          s = v128.load32_splat(a3, 4);
          acc30 = mac(acc30, s, b0);
          acc31 = mac(acc31, s, b1);
        }
      }
      if (be > 4) {
        b0 = v128.load(b, 64);
        b1 = v128.load(b, 80);
        s = v128.load32_splat(a0, 8);
        acc00 = mac(acc00, s, b0);
        acc01 = mac(acc01, s, b1);
        s = v128.load32_splat(a1, 8);
        acc10 = mac(acc10, s, b0);
        acc11 = mac(acc11, s, b1);
        if (ASC_FEATURE_RELAXED_SIMD || be > 5) {
          s = v128.load32_splat(a2, 8);
          acc20 = mac(acc20, s, b0);
          acc21 = mac(acc21, s, b1);
          s = v128.load32_splat(a3, 8);
          acc30 = mac(acc30, s, b0);
          acc31 = mac(acc31, s, b1);
        }
      }
      if (be > 6) {
        b0 = v128.load(b, 96);
        b1 = v128.load(b, 112);
        s = v128.load32_splat(a0, 12);
        acc00 = mac(acc00, s, b0);
        acc01 = mac(acc01, s, b1);
        s = v128.load32_splat(a1, 12);
        acc10 = mac(acc10, s, b0);
        acc11 = mac(acc11, s, b1);
        if (ASC_FEATURE_RELAXED_SIMD || be > 7) {
          s = v128.load32_splat(a2, 12);
          acc20 = mac(acc20, s, b0);
          acc21 = mac(acc21, s, b1);
          s = v128.load32_splat(a3, 12);
          acc30 = mac(acc30, s, b0);
          acc31 = mac(acc31, s, b1);
        }
      }
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
      b += 128;
    }
    while (b < end) {
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      s = v128.load32_splat(a0);
      acc00 = mac(acc00, s, b0);
      acc01 = mac(acc01, s, b1);
      s = v128.load32_splat(a1);
      acc10 = mac(acc10, s, b0);
      acc11 = mac(acc11, s, b1);
      if (ASC_FEATURE_RELAXED_SIMD || be > 8) {
        s = v128.load32_splat(a2);
        acc20 = mac(acc20, s, b0);
        acc21 = mac(acc21, s, b1);
        s = v128.load32_splat(a3);
        acc30 = mac(acc30, s, b0);
        acc31 = mac(acc31, s, b1);
      }
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
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
    if (isBoolean<Sum>()) {
      const r0 = residual;
      const r1 = rows > 1 ? r0 + residual_stride : r0;
      const r2 = rows > 2 ? r1 + residual_stride : r1;
      const r3 = rows > 3 ? r2 + residual_stride : r2;
      lo = v128.load32_splat(limits, 8);
      hi = v128.load32_splat(limits, 12);
      acc00 = clamp(f32x4.add(acc00, v128.load(r0)), lo, hi);
      acc01 = clamp(f32x4.add(acc01, v128.load(r0, 16)), lo, hi);
      acc10 = clamp(f32x4.add(acc10, v128.load(r1)), lo, hi);
      acc11 = clamp(f32x4.add(acc11, v128.load(r1, 16)), lo, hi);
      acc20 = clamp(f32x4.add(acc20, v128.load(r2)), lo, hi);
      acc21 = clamp(f32x4.add(acc21, v128.load(r2, 16)), lo, hi);
      acc30 = clamp(f32x4.add(acc30, v128.load(r3)), lo, hi);
      acc31 = clamp(f32x4.add(acc31, v128.load(r3, 16)), lo, hi);
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
    const used = k << 2;
    a0 -= used;
    a1 -= used;
    a2 -= used;
    a3 -= used;
    c += 32;
    c1 += 32;
    c2 += 32;
    c3 += 32;
    w = end;
  }
}
