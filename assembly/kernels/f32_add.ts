// f32_add__wasmsimd: c[i] = clamp(a[i] + b[i]) for n (a multiple of 4) values; limits: the address of lo, hi.
import { clamp } from './vector';

export function f32_add(a: usize, b: usize, c: usize, n: usize, limits: usize): void {
  const lo = v128.load32_splat(limits);
  const hi = v128.load32_splat(limits, 4);
  const bytes = n << 2;
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(c + i, clamp(f32x4.add(v128.load(a + i), v128.load(b + i)), lo, hi));
  }
}
