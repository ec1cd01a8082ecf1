// f32_gemm_4x8__wasmsimd: a tile of 4 rows by 8 columns (one panel) of output = clamp(bias + A * B).
//
// What V8 makes of the loop over k decides everything; all of this is measured on V8 11 to 13:
// - V8 hoists the loads of a basic block to its top and sinks the arithmetic, so a plain unrolled loop runs out of
//   registers and spills. Therefore each k has a block of its own, under a condition that is always true (`be` is an
//   address far above every constant). No compiler can fold these branches, and each costs one fused compare and jump.
//   Every constant differs, or V8 would merge the conditions and keep the values in memory between them.
// - The pointers of A are sums made in front of the loop: V8 then knows that their upper halves are zero, and need not
//   copy each into another register. AHEAD is what makes them sums; B uses no such offset, so that the address of
//   the memory plus an offset is computed once for the four loads of A, which V8 cannot fold into loads that splat.
import { clamp, mac } from './vector';

// Bytes; every address is greater.
export const AHEAD: usize = 116;

// Computes `rows` (1 to 4) rows of n (a multiple of 8) columns, panel by panel; the rows beyond are computed as copies of
// the last and stored over it. The loop over panels is inside because a call for every tile costs where k is small.
// a, c, residual: first row of A, of the output and of the residual, whose rows are *_stride bytes apart;
// w: the panels, bias[8] then [k][8] each; limits: the address of lo, hi and, for a sum, sum_lo, sum_hi.
// Sum is bool where a residual is added after the clamp (then clamped again) and void where not. All rows of a panel
// are read before any is stored, so the residual may be the output itself.
export function f32_gemm_4x8<Sum>(
  rows: i32,
  n: usize,
  k: usize,
  a: usize,
  a_stride: usize,
  w: usize,
  c: usize,
  c_stride: usize,
  residual: usize,
  residual_stride: usize,
  limits: usize,
): void {
  const a0 = a;
  const a1 = rows > 1 ? a0 + a_stride : a0;
  const a2 = rows > 2 ? a1 + a_stride : a1;
  const a3 = rows > 3 ? a2 + a_stride : a2;
  let c1 = rows > 1 ? c + c_stride : c;
  let c2 = rows > 2 ? c1 + c_stride : c1;
  let c3 = rows > 3 ? c2 + c_stride : c2;
  const c_end = c + (n << 2);
  let b0: v128, b1: v128, s: v128;

  while (c < c_end) {
    let acc00 = v128.load(w);
    let acc01 = v128.load(w, 16);
    let acc10 = acc00;
    let acc11 = acc01;
    let acc20 = acc00;
    let acc21 = acc01;
    let acc30 = acc00;
    let acc31 = acc01;
    let p0 = a0 - AHEAD;
    let p1 = a1 - AHEAD;
    let p2 = a2 - AHEAD;
    let p3 = a3 - AHEAD;
    let b = w + 32;
    const be = b + ((k & ~3) << 5);
    const end = b + (k << 5);
    while (b < be) {
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      if (be > 1) {
        s = v128.load32_splat(p0, AHEAD);
        acc00 = mac(acc00, s, b0);
        acc01 = mac(acc01, s, b1);
        s = v128.load32_splat(p1, AHEAD);
        acc10 = mac(acc10, s, b0);
        acc11 = mac(acc11, s, b1);
        s = v128.load32_splat(p2, AHEAD);
        acc20 = mac(acc20, s, b0);
        acc21 = mac(acc21, s, b1);
        s = v128.load32_splat(p3, AHEAD);
        acc30 = mac(acc30, s, b0);
        acc31 = mac(acc31, s, b1);
      }
      b0 = v128.load(b, 32);
      b1 = v128.load(b, 48);
      if (be > 2) {
        s = v128.load32_splat(p0, AHEAD + 4);
        acc00 = mac(acc00, s, b0);
        acc01 = mac(acc01, s, b1);
        s = v128.load32_splat(p1, AHEAD + 4);
        acc10 = mac(acc10, s, b0);
        acc11 = mac(acc11, s, b1);
        s = v128.load32_splat(p2, AHEAD + 4);
        acc20 = mac(acc20, s, b0);
        acc21 = mac(acc21, s, b1);
        s = v128.load32_splat(p3, AHEAD + 4);
        acc30 = mac(acc30, s, b0);
        acc31 = mac(acc31, s, b1);
      }
      b0 = v128.load(b, 64);
      b1 = v128.load(b, 80);
      if (be > 3) {
        s = v128.load32_splat(p0, AHEAD + 8);
        acc00 = mac(acc00, s, b0);
        acc01 = mac(acc01, s, b1);
        s = v128.load32_splat(p1, AHEAD + 8);
        acc10 = mac(acc10, s, b0);
        acc11 = mac(acc11, s, b1);
        s = v128.load32_splat(p2, AHEAD + 8);
        acc20 = mac(acc20, s, b0);
        acc21 = mac(acc21, s, b1);
        s = v128.load32_splat(p3, AHEAD + 8);
        acc30 = mac(acc30, s, b0);
        acc31 = mac(acc31, s, b1);
      }
      b0 = v128.load(b, 96);
      b1 = v128.load(b, 112);
      if (be > 4) {
        s = v128.load32_splat(p0, AHEAD + 12);
        acc00 = mac(acc00, s, b0);
        acc01 = mac(acc01, s, b1);
        s = v128.load32_splat(p1, AHEAD + 12);
        acc10 = mac(acc10, s, b0);
        acc11 = mac(acc11, s, b1);
        s = v128.load32_splat(p2, AHEAD + 12);
        acc20 = mac(acc20, s, b0);
        acc21 = mac(acc21, s, b1);
        s = v128.load32_splat(p3, AHEAD + 12);
        acc30 = mac(acc30, s, b0);
        acc31 = mac(acc31, s, b1);
      }
      p0 += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
      b += 128;
    }
    while (b < end) {
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      if (be > 5) {
        s = v128.load32_splat(p0, AHEAD);
        acc00 = mac(acc00, s, b0);
        acc01 = mac(acc01, s, b1);
        s = v128.load32_splat(p1, AHEAD);
        acc10 = mac(acc10, s, b0);
        acc11 = mac(acc11, s, b1);
        s = v128.load32_splat(p2, AHEAD);
        acc20 = mac(acc20, s, b0);
        acc21 = mac(acc21, s, b1);
        s = v128.load32_splat(p3, AHEAD);
        acc30 = mac(acc30, s, b0);
        acc31 = mac(acc31, s, b1);
      }
      p0 += 4;
      p1 += 4;
      p2 += 4;
      p3 += 4;
      b += 32;
    }
    let lo = v128.load32_splat(limits);
    let hi = v128.load32_splat(limits, 4);
    acc00 = clamp(acc00, lo, hi);
    acc01 = clamp(acc01, lo, hi);
    acc10 = clamp(acc10, lo, hi);
    acc11 = clamp(acc11, lo, hi);
    acc20 = clamp(acc20, lo, hi);
    acc21 = clamp(acc21, lo, hi);
    acc30 = clamp(acc30, lo, hi);
    acc31 = clamp(acc31, lo, hi);
    if (isBoolean<Sum>()) {
      const r0 = residual;
      const r1 = rows > 1 ? r0 + residual_stride : r0;
      const r2 = rows > 2 ? r1 + residual_stride : r1;
      const r3 = rows > 3 ? r2 + residual_stride : r2;
      lo = v128.load32_splat(limits, 8);
      hi = v128.load32_splat(limits, 12);
      acc00 = clamp(f32x4.add(acc00, v128.load(r0)), lo, hi);
      acc01 = clamp(f32x4.add(acc01, v128.load(r0, 16)), lo, hi);
      acc10 = clamp(f32x4.add(acc10, v128.load(r1)), lo, hi);
      acc11 = clamp(f32x4.add(acc11, v128.load(r1, 16)), lo, hi);
      acc20 = clamp(f32x4.add(acc20, v128.load(r2)), lo, hi);
      acc21 = clamp(f32x4.add(acc21, v128.load(r2, 16)), lo, hi);
      acc30 = clamp(f32x4.add(acc30, v128.load(r3)), lo, hi);
      acc31 = clamp(f32x4.add(acc31, v128.load(r3, 16)), lo, hi);
      residual += 32;
    }
    v128.store(c, acc00);
    v128.store(c, acc01, 16);
    v128.store(c1, acc10);
    v128.store(c1, acc11, 16);
    v128.store(c2, acc20);
    v128.store(c2, acc21, 16);
    v128.store(c3, acc30);
    v128.store(c3, acc31, 16);
    c += 32;
    c1 += 32;
    c2 += 32;
    c3 += 32;
    w = end;
  }
}
