// q8_dwconv_3x3_s2__wasmsimd: 4 neighbouring output pixels of a 3x3 depthwise convolution of stride 2, 4 channels at a
// time, from 9 columns of three input rows. Pairs for `dot` are the pixels of a column in the first two rows and
// neighbours in the third. These are kept apart by an always-true branch, see f32_gemm_4x8.ts.
import { bits_to_output, dot, lower_bound, requantize, upper_bound, zip, zip_halves } from './q8_vector';

// row0..row2: the first column of each row of the window; columns are a_stride bytes apart. w: groups of 4 channels,
// bias[4], scale[4], [9][4]. c: the first output pixel, pixels c_stride bytes apart. limits: the address of
// output_zero, lo, hi.
export function q8_dwconv_3x3_s2(
  row0: usize,
  row1: usize,
  row2: usize,
  a_stride: usize,
  w: usize,
  c: usize,
  c_stride: usize,
  channels: usize,
  limits: usize
): void {
  const lo = lower_bound(limits);
  const hi = upper_bound(limits);
  const to_output = bits_to_output(limits);
  const end = w + channels * 26;
  let k0: v128, k1: v128, k2: v128, v: v128, p: usize, q: usize;
  while (w < end) {
    let acc0 = v128.load(w);
    let acc1 = acc0;
    let acc2 = acc0;
    let acc3 = acc0;
    k0 = zip(v128.load64_zero(w, 32), v128.load64_zero(w, 56));
    k1 = zip(v128.load64_zero(w, 40), v128.load64_zero(w, 64));
    k2 = zip(v128.load64_zero(w, 48), v128.load64_zero(w, 72));
    p = row0;
    q = row1;
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
    if (end > 1) {
      k0 = zip_halves(v128.load(w, 80));
      k2 = v128.load16x4_u(w, 96);
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
    acc0 = requantize(acc0, k0, lo, hi, to_output);
    acc1 = requantize(acc1, k0, lo, hi, to_output);
    acc2 = requantize(acc2, k0, lo, hi, to_output);
    acc3 = requantize(acc3, k0, lo, hi, to_output);
    v = i16x8.narrow_i32x4_s(acc0, acc1);
    v128.store64_lane(c, v, 0);
    p = c + c_stride;
    v128.store64_lane(p, v, 1);
    p += c_stride;
    v = i16x8.narrow_i32x4_s(acc2, acc3);
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
