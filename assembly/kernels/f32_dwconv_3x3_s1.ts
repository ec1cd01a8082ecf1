// f32_dwconv_3x3_s1__wasmsimd: 4 neighbouring output pixels of a 3x3 depthwise convolution of stride 1, 4 channels at a
// time, from 6 columns of three input rows. Rows of the window are kept apart by always-true branches, see
// f32_gemm_4x8.ts.
import { clamp, mac } from './vector';

// row0..row2: the first column of each row of the window; columns are a_stride bytes apart. w: groups of 4 channels,
// bias[4] then [9][4]. c: the first output pixel, pixels c_stride bytes apart. limits: the address of lo, hi.
export function f32_dwconv_3x3_s1(
  row0: usize,
  row1: usize,
  row2: usize,
  a_stride: usize,
  w: usize,
  c: usize,
  c_stride: usize,
  channels: usize,
  limits: usize,
): void {
  const lo = v128.load32_splat(limits);
  const hi = v128.load32_splat(limits, 4);
  const end = w + channels * 40;
  let k0: v128, k1: v128, k2: v128, v: v128, p: usize;
  while (w < end) {
    let acc0 = v128.load(w);
    let acc1 = acc0;
    let acc2 = acc0;
    let acc3 = acc0;
    k0 = v128.load(w, 16);
    k1 = v128.load(w, 32);
    k2 = v128.load(w, 48);
    v = v128.load(row0);
    p = row0 + a_stride;
    acc0 = mac(acc0, v, k0);
    v = v128.load(p);
    p += a_stride;
    acc0 = mac(acc0, v, k1);
    acc1 = mac(acc1, v, k0);
    v = v128.load(p);
    p += a_stride;
    acc0 = mac(acc0, v, k2);
    acc1 = mac(acc1, v, k1);
    acc2 = mac(acc2, v, k0);
    v = v128.load(p);
    p += a_stride;
    acc1 = mac(acc1, v, k2);
    acc2 = mac(acc2, v, k1);
    acc3 = mac(acc3, v, k0);
    v = v128.load(p);
    p += a_stride;
    acc2 = mac(acc2, v, k2);
    acc3 = mac(acc3, v, k1);
    v = v128.load(p);
    acc3 = mac(acc3, v, k2);
    if (end > 1) {
      k0 = v128.load(w, 64);
      k1 = v128.load(w, 80);
      k2 = v128.load(w, 96);
      v = v128.load(row1);
      p = row1 + a_stride;
      acc0 = mac(acc0, v, k0);
      v = v128.load(p);
      p += a_stride;
      acc0 = mac(acc0, v, k1);
      acc1 = mac(acc1, v, k0);
      v = v128.load(p);
      p += a_stride;
      acc0 = mac(acc0, v, k2);
      acc1 = mac(acc1, v, k1);
      acc2 = mac(acc2, v, k0);
      v = v128.load(p);
      p += a_stride;
      acc1 = mac(acc1, v, k2);
      acc2 = mac(acc2, v, k1);
      acc3 = mac(acc3, v, k0);
      v = v128.load(p);
      p += a_stride;
      acc2 = mac(acc2, v, k2);
      acc3 = mac(acc3, v, k1);
      v = v128.load(p);
      acc3 = mac(acc3, v, k2);
    }
    if (end > 2) {
      k0 = v128.load(w, 112);
      k1 = v128.load(w, 128);
      k2 = v128.load(w, 144);
      v = v128.load(row2);
      p = row2 + a_stride;
      acc0 = mac(acc0, v, k0);
      v = v128.load(p);
      p += a_stride;
      acc0 = mac(acc0, v, k1);
      acc1 = mac(acc1, v, k0);
      v = v128.load(p);
      p += a_stride;
      acc0 = mac(acc0, v, k2);
      acc1 = mac(acc1, v, k1);
      acc2 = mac(acc2, v, k0);
      v = v128.load(p);
      p += a_stride;
      acc1 = mac(acc1, v, k2);
      acc2 = mac(acc2, v, k1);
      acc3 = mac(acc3, v, k0);
      v = v128.load(p);
      p += a_stride;
      acc2 = mac(acc2, v, k2);
      acc3 = mac(acc3, v, k1);
      v = v128.load(p);
      acc3 = mac(acc3, v, k2);
    }
    v128.store(c, clamp(acc0, lo, hi));
    p = c + c_stride;
    v128.store(p, clamp(acc1, lo, hi));
    p += c_stride;
    v128.store(p, clamp(acc2, lo, hi));
    p += c_stride;
    v128.store(p, clamp(acc3, lo, hi));
    row0 += 16;
    row1 += 16;
    row2 += 16;
    c += 16;
    w += 160;
  }
}
