// f32_dwconv_any__wasmsimd: depthwise convolution with any window, one tap of one output pixel at a time; the
// output pixel in memory is the accumulator. Weights are groups of 4 channels, bias[4] then [taps][4], and
// group_bytes long.
import { clamp, mac } from './vector';

// c[channel] = bias[channel].
export function f32_dwconv_any_begin(w: usize, group_bytes: usize, c: usize, channels: usize): void {
  for (let end = c + (channels << 2); c < end; c += 16) {
    v128.store(c, v128.load(w));
    w += group_bytes;
  }
}

// c[channel] += a[channel] * weight[channel]; w: the tap's weights in the first group.
export function f32_dwconv_any_tap(a: usize, w: usize, group_bytes: usize, c: usize, channels: usize): void {
  for (let end = c + (channels << 2); c < end; c += 16) {
    v128.store(c, mac(v128.load(c), v128.load(a), v128.load(w)));
    a += 16;
    w += group_bytes;
  }
}

// Clamps c; limits: the address of lo, hi.
export function f32_dwconv_any_end(c: usize, channels: usize, limits: usize): void {
  const lo = v128.load32_splat(limits);
  const hi = v128.load32_splat(limits, 4);
  for (let end = c + (channels << 2); c < end; c += 16) v128.store(c, clamp(v128.load(c), lo, hi));
}
