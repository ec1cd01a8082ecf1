// q8_gemm_4x8__wasmsimd: tiles of 4 rows by 8 columns (one panel) of output = requantize(bias + A * B), two k at a
// time, panel by panel. Sums are exact in 32 bits. About the branches that are always true see f32_gemm_4x8.ts; one for
// every pair of k is enough here. The loop over panels is inside because a call for every tile costs a tenth of the
// time where k is small.
import { dot, requantize } from './q8_vector';

// Computes `rows` (1 to 4) rows of n (a multiple of 8) columns; the rows beyond are computed as copies of the last and
// stored over it. a, c: first row of A and of the output (16-bit values), whose rows are *_stride bytes apart; w: the
// panels, bias[8], scale[8], then [pairs][8][2] each; pairs: half of k, rounded up; lo, hi, to_output: see
// q8_vector.ts.
export function q8_gemm_4x8(
  rows: i32,
  n: usize,
  pairs: usize,
  a: usize,
  a_stride: usize,
  w: usize,
  c: usize,
  c_stride: usize,
  lo: v128,
  hi: v128,
  to_output: v128,
): void {
  let a0 = a;
  let a1 = rows > 1 ? a0 + a_stride : a0;
  let a2 = rows > 2 ? a1 + a_stride : a1;
  let a3 = rows > 3 ? a2 + a_stride : a2;
  let c1 = rows > 1 ? c + c_stride : c;
  let c2 = rows > 2 ? c1 + c_stride : c1;
  let c3 = rows > 3 ? c2 + c_stride : c2;
  const c_end = c + (n << 1);
  let b0: v128, b1: v128, s: v128, v: v128;
  while (c < c_end) {
    let acc00 = v128.load(w);
    let acc01 = v128.load(w, 16);
    let acc10 = acc00;
    let acc11 = acc01;
    let acc20 = acc00;
    let acc21 = acc01;
    let acc30 = acc00;
    let acc31 = acc01;
    let b = w + 64;
    const be = b + ((pairs & ~3) << 5);
    const end = b + (pairs << 5);
    while (b < be) {
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      s = v128.load32_splat(a0);
      acc00 = dot(acc00, s, b0);
      acc01 = dot(acc01, s, b1);
      s = v128.load32_splat(a1);
      acc10 = dot(acc10, s, b0);
      acc11 = dot(acc11, s, b1);
      s = v128.load32_splat(a2);
      acc20 = dot(acc20, s, b0);
      acc21 = dot(acc21, s, b1);
      s = v128.load32_splat(a3);
      acc30 = dot(acc30, s, b0);
      acc31 = dot(acc31, s, b1);
      if (be > 1) {
        b0 = v128.load(b, 32);
        b1 = v128.load(b, 48);
        s = v128.load32_splat(a0, 4);
        acc00 = dot(acc00, s, b0);
        acc01 = dot(acc01, s, b1);
        s = v128.load32_splat(a1, 4);
        acc10 = dot(acc10, s, b0);
        acc11 = dot(acc11, s, b1);
        s = v128.load32_splat(a2, 4);
        acc20 = dot(acc20, s, b0);
        acc21 = dot(acc21, s, b1);
        s = v128.load32_splat(a3, 4);
        acc30 = dot(acc30, s, b0);
        acc31 = dot(acc31, s, b1);
      }
      if (be > 2) {
        b0 = v128.load(b, 64);
        b1 = v128.load(b, 80);
        s = v128.load32_splat(a0, 8);
        acc00 = dot(acc00, s, b0);
        acc01 = dot(acc01, s, b1);
        s = v128.load32_splat(a1, 8);
        acc10 = dot(acc10, s, b0);
        acc11 = dot(acc11, s, b1);
        s = v128.load32_splat(a2, 8);
        acc20 = dot(acc20, s, b0);
        acc21 = dot(acc21, s, b1);
        s = v128.load32_splat(a3, 8);
        acc30 = dot(acc30, s, b0);
        acc31 = dot(acc31, s, b1);
      }
      if (be > 3) {
        b0 = v128.load(b, 96);
        b1 = v128.load(b, 112);
        s = v128.load32_splat(a0, 12);
        acc00 = dot(acc00, s, b0);
        acc01 = dot(acc01, s, b1);
        s = v128.load32_splat(a1, 12);
        acc10 = dot(acc10, s, b0);
        acc11 = dot(acc11, s, b1);
        s = v128.load32_splat(a2, 12);
        acc20 = dot(acc20, s, b0);
        acc21 = dot(acc21, s, b1);
        s = v128.load32_splat(a3, 12);
        acc30 = dot(acc30, s, b0);
        acc31 = dot(acc31, s, b1);
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
      acc00 = dot(acc00, s, b0);
      acc01 = dot(acc01, s, b1);
      s = v128.load32_splat(a1);
      acc10 = dot(acc10, s, b0);
      acc11 = dot(acc11, s, b1);
      s = v128.load32_splat(a2);
      acc20 = dot(acc20, s, b0);
      acc21 = dot(acc21, s, b1);
      s = v128.load32_splat(a3);
      acc30 = dot(acc30, s, b0);
      acc31 = dot(acc31, s, b1);
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
      b += 32;
    }
    b0 = v128.load(w, 32);
    b1 = v128.load(w, 48);
    v = requantize(acc00, b0, lo, hi, to_output);
    s = requantize(acc01, b1, lo, hi, to_output);
    v128.store(c, i16x8.narrow_i32x4_s(v, s));
    v = requantize(acc10, b0, lo, hi, to_output);
    s = requantize(acc11, b1, lo, hi, to_output);
    v128.store(c1, i16x8.narrow_i32x4_s(v, s));
    v = requantize(acc20, b0, lo, hi, to_output);
    s = requantize(acc21, b1, lo, hi, to_output);
    v128.store(c2, i16x8.narrow_i32x4_s(v, s));
    v = requantize(acc30, b0, lo, hi, to_output);
    s = requantize(acc31, b1, lo, hi, to_output);
    v128.store(c3, i16x8.narrow_i32x4_s(v, s));
    const used = pairs << 2;
    a0 -= used;
    a1 -= used;
    a2 -= used;
    a3 -= used;
    c += 16;
    c1 += 16;
    c2 += 16;
    c3 += 16;
    w = end;
  }
}
