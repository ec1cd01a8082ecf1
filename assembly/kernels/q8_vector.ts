// The few vector operations that every integer kernel needs. They are exact, and the same in both builds.

// acc[i] + a[2i] * b[2i] + a[2i + 1] * b[2i + 1]: 16-bit factors, 32-bit sums.
export function dot(acc: v128, a: v128, b: v128): v128 {
  return i32x4.add(acc, i32x4.dot_i16x8_s(a, b));
}

// a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3] of 16-bit values: pairs for `dot`.
export function zip(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

// The same of a[4] to a[7] and b[4] to b[7].
export function zip_high(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

// A requantization is clamp(rint(float(sum) * scale) + output_zero, lo, hi), rounding halves to even. Ops hold
// output_zero, lo and hi side by side; `limits` is the address of the first. What the functions below return is handed
// to kernels as arguments: V8 would compute it again for every tile.

// lo, before the zero point is added.
export function lower_bound(limits: usize): v128 {
  return f32x4.convert_i32x4_s(i32x4.sub(v128.load32_splat(limits, 4), v128.load32_splat(limits)));
}

// hi, before the zero point is added.
export function upper_bound(limits: usize): v128 {
  return f32x4.convert_i32x4_s(i32x4.sub(v128.load32_splat(limits, 8), v128.load32_splat(limits)));
}

// What turns the bits of 1.5 * 2^23 + y into the integer y + output_zero.
export function bits_to_output(limits: usize): v128 {
  return i32x4.sub(v128.load32_splat(limits), i32x4.splat(0x4b400000));
}

// Adding 1.5 * 2^23 leaves no bits for a fraction, so the addition itself rounds. It needs |y| <= 2^22, hence the clamp
// before it. The last three arguments are what the functions above return.
export function requantize(sum: v128, scale: v128, lo: v128, hi: v128, to_output: v128): v128 {
  const y = f32x4.mul(f32x4.convert_i32x4_s(sum), scale);
  return i32x4.add(f32x4.add(f32x4.pmin(hi, f32x4.pmax(lo, y)), f32x4.splat(12582912)), to_output);
}
