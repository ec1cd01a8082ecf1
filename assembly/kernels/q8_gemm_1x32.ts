// q8_gemm_1x32__wasmsimd: one row by four panels of output = requantize(bias + A * B), for the row that is left over
// after the tiles of four, and for dense layers. About the branches that are always true see f32_gemm_4x8.ts.
import { dot, requantize } from './q8_vector';

// a, c: the row of A and the 32 outputs; w: the first panel, panels panel_bytes apart; the other arguments as
// in q8_gemm_4x8.
export function q8_gemm_1x32(
  pairs: usize,
  a: usize,
  w: usize,
  panel_bytes: usize,
  c: usize,
  lo: v128,
  hi: v128,
  to_output: v128,
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
  const ae = a + ((pairs & ~3) << 2);
  const end = a + (pairs << 2);
  let s: v128;

  while (a < ae) {
    s = v128.load32_splat(a);
    acc00 = dot(acc00, s, v128.load(b0, 64));
    acc01 = dot(acc01, s, v128.load(b0, 80));
    acc10 = dot(acc10, s, v128.load(b1, 64));
    acc11 = dot(acc11, s, v128.load(b1, 80));
    if (ae > 1) {
      acc20 = dot(acc20, s, v128.load(b2, 64));
      acc21 = dot(acc21, s, v128.load(b2, 80));
      acc30 = dot(acc30, s, v128.load(b3, 64));
      acc31 = dot(acc31, s, v128.load(b3, 80));
    }
    if (ae > 2) {
      s = v128.load32_splat(a, 4);
      acc00 = dot(acc00, s, v128.load(b0, 96));
      acc01 = dot(acc01, s, v128.load(b0, 112));
      acc10 = dot(acc10, s, v128.load(b1, 96));
      acc11 = dot(acc11, s, v128.load(b1, 112));
      if (ae > 3) {
        acc20 = dot(acc20, s, v128.load(b2, 96));
        acc21 = dot(acc21, s, v128.load(b2, 112));
        acc30 = dot(acc30, s, v128.load(b3, 96));
        acc31 = dot(acc31, s, v128.load(b3, 112));
      }
    }
    if (ae > 4) {
      s = v128.load32_splat(a, 8);
      acc00 = dot(acc00, s, v128.load(b0, 128));
      acc01 = dot(acc01, s, v128.load(b0, 144));
      acc10 = dot(acc10, s, v128.load(b1, 128));
      acc11 = dot(acc11, s, v128.load(b1, 144));
      if (ae > 5) {
        acc20 = dot(acc20, s, v128.load(b2, 128));
        acc21 = dot(acc21, s, v128.load(b2, 144));
        acc30 = dot(acc30, s, v128.load(b3, 128));
        acc31 = dot(acc31, s, v128.load(b3, 144));
      }
    }
    if (ae > 6) {
      s = v128.load32_splat(a, 12);
      acc00 = dot(acc00, s, v128.load(b0, 160));
      acc01 = dot(acc01, s, v128.load(b0, 176));
      acc10 = dot(acc10, s, v128.load(b1, 160));
      acc11 = dot(acc11, s, v128.load(b1, 176));
      if (ae > 7) {
        acc20 = dot(acc20, s, v128.load(b2, 160));
        acc21 = dot(acc21, s, v128.load(b2, 176));
        acc30 = dot(acc30, s, v128.load(b3, 160));
        acc31 = dot(acc31, s, v128.load(b3, 176));
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
    acc00 = dot(acc00, s, v128.load(b0, 64));
    acc01 = dot(acc01, s, v128.load(b0, 80));
    acc10 = dot(acc10, s, v128.load(b1, 64));
    acc11 = dot(acc11, s, v128.load(b1, 80));
    if (ae > 8) {
      acc20 = dot(acc20, s, v128.load(b2, 64));
      acc21 = dot(acc21, s, v128.load(b2, 80));
      acc30 = dot(acc30, s, v128.load(b3, 64));
      acc31 = dot(acc31, s, v128.load(b3, 80));
    }
    a += 4;
    b0 += 32;
    b1 += 32;
    b2 += 32;
    b3 += 32;
  }

  acc00 = requantize(acc00, v128.load(w, 32), lo, hi, to_output);
  acc01 = requantize(acc01, v128.load(w, 48), lo, hi, to_output);
  v128.store(c, i16x8.narrow_i32x4_s(acc00, acc01));
  w += panel_bytes;
  acc10 = requantize(acc10, v128.load(w, 32), lo, hi, to_output);
  acc11 = requantize(acc11, v128.load(w, 48), lo, hi, to_output);
  v128.store(c, i16x8.narrow_i32x4_s(acc10, acc11), 16);
  w += panel_bytes;
  acc20 = requantize(acc20, v128.load(w, 32), lo, hi, to_output);
  acc21 = requantize(acc21, v128.load(w, 48), lo, hi, to_output);
  v128.store(c, i16x8.narrow_i32x4_s(acc20, acc21), 32);
  w += panel_bytes;
  acc30 = requantize(acc30, v128.load(w, 32), lo, hi, to_output);
  acc31 = requantize(acc31, v128.load(w, 48), lo, hi, to_output);
  v128.store(c, i16x8.narrow_i32x4_s(acc30, acc31), 48);
}
