// q8_dwconv_3x3_s2__wasmsimd: 4 neighbouring output pixels of a 3x3 depthwise convolution of stride 2, 4 channels at a
// time, from 9 columns of three input rows. Pairs for `dot` are the pixels of a column in the first two rows and
// neighbours in the third. About the branches that are always true see f32_gemm_4x8.ts. Weights are loaded with what
// follows them: V8 needs an instruction more for the address of a load of 64 bits.
import { dot, requantize, zip, zip_high } from './q8_vector';

// row0..row2: the first column of each row of the window; columns are a_stride bytes apart. w: groups of 4 channels,
// bias[4], scale[4], [9][4]. c: the first output pixel, pixels c_stride bytes apart. lo, hi, to_output: see
// q8_vector.ts.
export function q8_dwconv_3x3_s2(
  row0: usize,
  row1: usize,
  row2: usize,
  a_stride: usize,
  w: usize,
  c: usize,
  c_stride: usize,
  channels: usize,
  lo: v128,
  hi: v128,
  to_output: v128,
): void {
  const end = w + channels * 26;
  let k0: v128, k1: v128, k2: v128, v: v128, p: usize, q: usize;
  while (w < end) {
    let acc0 = v128.load(w);
    let acc1 = acc0;
    let acc2 = acc0;
    let acc3 = acc0;
    k0 = zip(v128.load(w, 32), v128.load(w, 56));
    k1 = zip(v128.load(w, 40), v128.load(w, 64));
    k2 = zip(v128.load(w, 48), v128.load(w, 72));
    p = row0;
    q = row1;
    if (end > 1) {
      v = zip(v128.load64_zero(p), v128.load64_zero(q));
      p += a_stride;
      q += a_stride;
      acc0 = dot(acc0, v, k0);
      v = zip(v128.load64_zero(p), v128.load64_zero(q));
      p += a_stride;
      q += a_stride;
      acc0 = dot(acc0, v, k1);
      v = zip(v128.load64_zero(p), v128.load64_zero(q));
      p += a_stride;
      q += a_stride;
      acc0 = dot(acc0, v, k2);
      acc1 = dot(acc1, v, k0);
    }
    if (end > 2) {
      v = zip(v128.load64_zero(p), v128.load64_zero(q));
      p += a_stride;
      q += a_stride;
      acc1 = dot(acc1, v, k1);
      v = zip(v128.load64_zero(p), v128.load64_zero(q));
      p += a_stride;
      q += a_stride;
      acc1 = dot(acc1, v, k2);
      acc2 = dot(acc2, v, k0);
      v = zip(v128.load64_zero(p), v128.load64_zero(q));
      p += a_stride;
      q += a_stride;
      acc2 = dot(acc2, v, k1);
    }
    if (end > 3) {
      v = zip(v128.load64_zero(p), v128.load64_zero(q));
      p += a_stride;
      q += a_stride;
      acc2 = dot(acc2, v, k2);
      acc3 = dot(acc3, v, k0);
      v = zip(v128.load64_zero(p), v128.load64_zero(q));
      p += a_stride;
      q += a_stride;
      acc3 = dot(acc3, v, k1);
      v = zip(v128.load64_zero(p), v128.load64_zero(q));
      acc3 = dot(acc3, v, k2);
    }
    if (end > 4) {
      k2 = v128.load(w, 88);
      k0 = zip(v128.load(w, 80), k2);
      k2 = zip_high(k2, i16x8.splat(0));
      p = row2;
      v = v128.load64_zero(p);
      p += a_stride;
      v = zip(v, v128.load64_zero(p));
      p += a_stride;
      acc0 = dot(acc0, v, k0);
      v = v128.load64_zero(p);
      p += a_stride;
      v = zip(v, v128.load64_zero(p));
      p += a_stride;
      acc0 = dot(acc0, v, k2);
      acc1 = dot(acc1, v, k0);
      v = v128.load64_zero(p);
      p += a_stride;
      v = zip(v, v128.load64_zero(p));
      p += a_stride;
      acc1 = dot(acc1, v, k2);
      acc2 = dot(acc2, v, k0);
      v = v128.load64_zero(p);
      p += a_stride;
      v = zip(v, v128.load64_zero(p));
      p += a_stride;
      acc2 = dot(acc2, v, k2);
      acc3 = dot(acc3, v, k0);
      v = v128.load64_zero(p);
      v = zip(v, v);
      acc3 = dot(acc3, v, k2);
    }
    k0 = v128.load(w, 16);
    k1 = requantize(acc0, k0, lo, hi, to_output);
    k2 = requantize(acc1, k0, lo, hi, to_output);
    v = i16x8.narrow_i32x4_s(k1, k2);
    v128.store64_lane(c, v, 0);
    p = c + c_stride;
    v128.store64_lane(p, v, 1);
    p += c_stride;
    k1 = requantize(acc2, k0, lo, hi, to_output);
    k2 = requantize(acc3, k0, lo, hi, to_output);
    v = i16x8.narrow_i32x4_s(k1, k2);
    v128.store64_lane(p, v, 0);
    p += c_stride;
    v128.store64_lane(p, v, 1);
    row0 += 8;
    row1 += 8;
    row2 += 8;
    c += 8;
    w += 104;
  }
}
