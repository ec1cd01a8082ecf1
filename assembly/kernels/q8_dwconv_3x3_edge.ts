// q8_dwconv_3x3_edge__wasmsimd: one output pixel of a 3x3 depthwise convolution at the left or right edge, where two
// of the three columns are inside the picture.
import { dot, requantize, zip } from './q8_vector';

// row0..row2: the first inside column of each row of the window; columns are a_stride bytes apart. zero: what the
// column outside holds. w: groups of 4 channels, bias[4], scale[4], [9][4]. inside, outside: byte offsets, in a row of
// the window, of the weights of the first inside and of the outside column: 8 and 0 at the left edge, 0 and 16 at the
// right. c: the output pixel. lo, hi, to_output: see q8_vector.ts.
export function q8_dwconv_3x3_edge(
  row0: usize,
  row1: usize,
  row2: usize,
  a_stride: usize,
  zero: i32,
  w: usize,
  inside: usize,
  outside: usize,
  c: usize,
  channels: usize,
  lo: v128,
  hi: v128,
  to_output: v128,
): void {
  const z = i16x8.splat(<i16>zero);
  for (let end = c + (channels << 1); c < end; c += 8) {
    const k = w + inside;
    const e = w + outside;
    let acc = v128.load(w);
    acc = dot(acc, zip(v128.load64_zero(row0), v128.load64_zero(row0 + a_stride)), taps(k + 32));
    acc = dot(acc, zip(v128.load64_zero(row1), v128.load64_zero(row1 + a_stride)), taps(k + 56));
    acc = dot(acc, zip(v128.load64_zero(row2), v128.load64_zero(row2 + a_stride)), taps(k + 80));
    acc = dot(acc, z, zip(v128.load64_zero(e, 32), v128.load64_zero(e, 56)));
    acc = dot(acc, z, v128.load16x4_u(e, 80));
    acc = requantize(acc, v128.load(w, 16), lo, hi, to_output);
    v128.store64_lane(c, i16x8.narrow_i32x4_s(acc, acc), 0);
    row0 += 8;
    row1 += 8;
    row2 += 8;
    w += 104;
  }
}

// Two neighbouring taps of 4 channels.
function taps(k: usize): v128 {
  return zip(v128.load64_zero(k), v128.load64_zero(k, 8));
}
