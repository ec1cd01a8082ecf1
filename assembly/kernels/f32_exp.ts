// e to the power of x, within a rounding of float32: reduced to 2^n * e^r with |r| <= ln(2) / 2, and e^r by Taylor's
// series to r^10 (error under 3e-13). Computed in float64, so that no table and no correction is needed.
export function exp(x: f64): f64 {
  if (isNaN(x)) return x;
  if (x < -745) return 0;
  if (x > 709) return Infinity;
  const n = nearest(x * 1.4426950408889634);
  const r = x - n * 0.6931471805599453;
  let sum = 1.0 / 3628800;
  sum = sum * r + 1.0 / 362880;
  sum = sum * r + 1.0 / 40320;
  sum = sum * r + 1.0 / 5040;
  sum = sum * r + 1.0 / 720;
  sum = sum * r + 1.0 / 120;
  sum = sum * r + 1.0 / 24;
  sum = sum * r + 1.0 / 6;
  sum = sum * r + 0.5;
  sum = sum * r + 1;
  sum = sum * r + 1;
  // Two halves of the exponent, because 2^n may be below the smallest normal number.
  const half = <i64>n >> 1;
  return sum * power_of_two(half) * power_of_two(<i64>n - half);
}

function power_of_two(n: i64): f64 {
  return reinterpret<f64>((n + 1023) << 52);
}
