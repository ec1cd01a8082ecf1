// The few vector operations that the two builds spell differently or that every kernel needs.

// acc + a * b: one rounding where the build has relaxed SIMD (and the CPU fuses), two where it has not.
export function mac(acc: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, acc);
  return f32x4.add(acc, f32x4.mul(a, b));
}

// v clamped to [lo, hi]; NaN stays NaN.
export function clamp(v: v128, lo: v128, hi: v128): v128 {
  return f32x4.pmin(f32x4.pmax(v, lo), hi);
}
