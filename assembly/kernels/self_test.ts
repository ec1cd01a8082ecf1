// Whether `mac` does what the relaxed build needs of it. The specification leaves relaxed_madd free to round once or
// twice, and an engine may get it wrong; x * x - (1 + 2^-11) with x = 1 + 2^-12 is 2^-24 if rounded once, 0 if twice.
import { mac } from './vector';

// The addresses hold x, -(1 + 2^-11), 2, 3 and 4 as floats: values that the optimiser cannot see.
export function fuses_multiply_add(values: usize): bool {
  const x = v128.load32_splat(values);
  const fused = mac(v128.load32_splat(values, 4), x, x);
  const plain = mac(v128.load32_splat(values, 16), v128.load32_splat(values, 8), v128.load32_splat(values, 12));
  const right = v128.and(f32x4.eq(fused, f32x4.splat(5.9604644775390625e-8)), f32x4.eq(plain, f32x4.splat(10)));
  return i32x4.all_true(right);
}
