// q8_gemm_4x8__wasmsimd: a tile of 4 rows by 8 columns (one panel) of output = requantize(bias + A * B), two k at a
// time. Sums are exact in 32 bits. About the branches that are always true see f32_gemm_4x8.ts.
import { bits_to_output, dot, lower_bound, requantize, upper_bound } from './q8_vector';

// Computes `rows` (1 to 4) rows; the rows beyond are computed as copies of the last and stored over it.
// a, c: first row of A and of the output (16-bit values), whose rows are *_stride bytes apart; w: the panel, bias[8],
// scale[8], then [pairs][8][2]; pairs: half of k, rounded up; limits: the address of output_zero, lo, hi.
export function q8_gemm_4x8(
  rows: i32,
  pairs: usize,
  a: usize,
  a_stride: usize,
  w: usize,
  c: usize,
  c_stride: usize,
  limits: usize
): void {
  let a0 = a;
  let a1 = rows > 1 ? a0 + a_stride : a0;
  let a2 = rows > 2 ? a1 + a_stride : a1;
  let a3 = rows > 3 ? a2 + a_stride : a2;
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
  let b0: v128, b1: v128, s: v128;

  while (b < be) {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    s = v128.load32_splat(a0);
    acc00 = dot(acc00, s, b0);
    acc01 = dot(acc01, s, b1);
    s = v128.load32_splat(a1);
    acc10 = dot(acc10, s, b0);
    acc11 = dot(acc11, s, b1);
    if (be > 1) {
      s = v128.load32_splat(a2);
      acc20 = dot(acc20, s, b0);
      acc21 = dot(acc21, s, b1);
      s = v128.load32_splat(a3);
      acc30 = dot(acc30, s, b0);
      acc31 = dot(acc31, s, b1);
    }
    if (be > 2) {
      b0 = v128.load(b, 32);
      b1 = v128.load(b, 48);
      s = v128.load32_splat(a0, 4);
      acc00 = dot(acc00, s, b0);
      acc01 = dot(acc01, s, b1);
      s = v128.load32_splat(a1, 4);
      acc10 = dot(acc10, s, b0);
      acc11 = dot(acc11, s, b1);
      if (be > 3) {
        s = v128.load32_splat(a2, 4);
        acc20 = dot(acc20, s, b0);
        acc21 = dot(acc21, s, b1);
        s = v128.load32_splat(a3, 4);
        acc30 = dot(acc30, s, b0);
        acc31 = dot(acc31, s, b1);
      }
    }
    if (be > 4) {
      b0 = v128.load(b, 64);
      b1 = v128.load(b, 80);
      s = v128.load32_splat(a0, 8);
      acc00 = dot(acc00, s, b0);
      acc01 = dot(acc01, s, b1);
      s = v128.load32_splat(a1, 8);
      acc10 = dot(acc10, s, b0);
      acc11 = dot(acc11, s, b1);
      if (be > 5) {
        s = v128.load32_splat(a2, 8);
        acc20 = dot(acc20, s, b0);
        acc21 = dot(acc21, s, b1);
        s = v128.load32_splat(a3, 8);
        acc30 = dot(acc30, s, b0);
        acc31 = dot(acc31, s, b1);
      }
    }
    if (be > 6) {
      b0 = v128.load(b, 96);
      b1 = v128.load(b, 112);
      s = v128.load32_splat(a0, 12);
      acc00 = dot(acc00, s, b0);
      acc01 = dot(acc01, s, b1);
      s = v128.load32_splat(a1, 12);
      acc10 = dot(acc10, s, b0);
      acc11 = dot(acc11, s, b1);
      if (be > 7) {
        s = v128.load32_splat(a2, 12);
        acc20 = dot(acc20, s, b0);
        acc21 = dot(acc21, s, b1);
        s = v128.load32_splat(a3, 12);
        acc30 = dot(acc30, s, b0);
        acc31 = dot(acc31, s, b1);
      }
    }
    a0 += 16;
    a1 += 16;
    a2 += 16;
    a3 += 16;
    b += 128;
  }
  const end = w + 64 + (pairs << 5);
  while (b < end) {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    s = v128.load32_splat(a0);
    acc00 = dot(acc00, s, b0);
    acc01 = dot(acc01, s, b1);
    s = v128.load32_splat(a1);
    acc10 = dot(acc10, s, b0);
    acc11 = dot(acc11, s, b1);
    if (be > 8) {
      s = v128.load32_splat(a2);
      acc20 = dot(acc20, s, b0);
      acc21 = dot(acc21, s, b1);
      s = v128.load32_splat(a3);
      acc30 = dot(acc30, s, b0);
      acc31 = dot(acc31, s, b1);
    }
    a0 += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    b += 32;
  }

  const lo = lower_bound(limits);
  const hi = upper_bound(limits);
  const to_output = bits_to_output(limits);
  const scale0 = v128.load(w, 32);
  const scale1 = v128.load(w, 48);
  acc00 = requantize(acc00, scale0, lo, hi, to_output);
  acc01 = requantize(acc01, scale1, lo, hi, to_output);
  acc10 = requantize(acc10, scale0, lo, hi, to_output);
  acc11 = requantize(acc11, scale1, lo, hi, to_output);
  acc20 = requantize(acc20, scale0, lo, hi, to_output);
  acc21 = requantize(acc21, scale1, lo, hi, to_output);
  acc30 = requantize(acc30, scale0, lo, hi, to_output);
  acc31 = requantize(acc31, scale1, lo, hi, to_output);
  const c1 = rows > 1 ? c + c_stride : c;
  const c2 = rows > 2 ? c1 + c_stride : c1;
  const c3 = rows > 3 ? c2 + c_stride : c2;
  v128.store(c, i16x8.narrow_i32x4_s(acc00, acc01));
  v128.store(c1, i16x8.narrow_i32x4_s(acc10, acc11));
  v128.store(c2, i16x8.narrow_i32x4_s(acc20, acc21));
  v128.store(c3, i16x8.narrow_i32x4_s(acc30, acc31));
}
