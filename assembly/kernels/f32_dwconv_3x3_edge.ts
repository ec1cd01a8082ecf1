// f32_dwconv_3x3_edge__wasmsimd: one output pixel of a 3x3 depthwise convolution whose nine input pixels may lie
// anywhere: those outside the picture are a pixel of zeros.
import { clamp, mac } from './vector';

// a<row><column>: the input pixels. w: groups of 4 channels, bias[4] then [9][4]. c: the output pixel.
// limits: the address of lo, hi.
export function f32_dwconv_3x3_edge(
  a00: usize,
  a01: usize,
  a02: usize,
  a10: usize,
  a11: usize,
  a12: usize,
  a20: usize,
  a21: usize,
  a22: usize,
  w: usize,
  c: usize,
  channels: usize,
  limits: usize
): void {
  const lo = v128.load32_splat(limits);
  const hi = v128.load32_splat(limits, 4);
  const bytes = channels << 2;
  for (let i: usize = 0; i < bytes; i += 16) {
    let acc = v128.load(w);
    acc = mac(acc, v128.load(a00 + i), v128.load(w, 16));
    acc = mac(acc, v128.load(a01 + i), v128.load(w, 32));
    acc = mac(acc, v128.load(a02 + i), v128.load(w, 48));
    acc = mac(acc, v128.load(a10 + i), v128.load(w, 64));
    acc = mac(acc, v128.load(a11 + i), v128.load(w, 80));
    acc = mac(acc, v128.load(a12 + i), v128.load(w, 96));
    acc = mac(acc, v128.load(a20 + i), v128.load(w, 112));
    acc = mac(acc, v128.load(a21 + i), v128.load(w, 128));
    acc = mac(acc, v128.load(a22 + i), v128.load(w, 144));
    v128.store(c + i, clamp(acc, lo, hi));
    w += 160;
  }
}
