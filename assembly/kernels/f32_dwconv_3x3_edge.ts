// f32_dwconv_3x3_edge__wasmsimd: one output pixel of a 3x3 depthwise convolution at the left or right edge, where two
// of the three columns are inside the picture and the third counts as zeros.
import { clamp, mac } from './vector';

// row0..row2: the first inside column of each row of the window; columns are a_stride bytes apart. w: groups of 4
// channels, bias[4] then [9][4]. tap: byte offset of that column's weight in a row of the window, 16 at the left edge
// and 0 at the right. c: the output pixel. limits: the address of lo, hi.
export function f32_dwconv_3x3_edge(
  row0: usize,
  row1: usize,
  row2: usize,
  a_stride: usize,
  w: usize,
  tap: usize,
  c: usize,
  channels: usize,
  limits: usize,
): void {
  const lo = v128.load32_splat(limits);
  const hi = v128.load32_splat(limits, 4);
  for (let end = c + (channels << 2); c < end; c += 16) {
    const k = w + tap;
    let acc = v128.load(w);
    acc = mac(acc, v128.load(row0), v128.load(k, 16));
    acc = mac(acc, v128.load(row0 + a_stride), v128.load(k, 32));
    acc = mac(acc, v128.load(row1), v128.load(k, 64));
    acc = mac(acc, v128.load(row1 + a_stride), v128.load(k, 80));
    acc = mac(acc, v128.load(row2), v128.load(k, 112));
    acc = mac(acc, v128.load(row2 + a_stride), v128.load(k, 128));
    v128.store(c, clamp(acc, lo, hi));
    row0 += 16;
    row1 += 16;
    row2 += 16;
    w += 160;
  }
}
