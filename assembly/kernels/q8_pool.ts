// q8_pool__wasmsimd: the sum or the maximum of a rectangle of pixels, 8 channels at a time.

// |sum| / count in float64, which is exact enough to be truncated: quotients of 32-bit integers that are not whole
// are farther from a whole number than its rounding reaches.
function divide(sum: v128, count: v128): v128 {
  const low = f64x2.div(f64x2.convert_low_i32x4_s(sum), count);
  const high = f64x2.div(f64x2.convert_low_i32x4_s(i64x2.shuffle(sum, sum, 1, 1)), count);
  return i64x2.shuffle(i32x4.trunc_sat_f64x2_s_zero(low), i32x4.trunc_sat_f64x2_s_zero(high), 0, 2);
}

// sum / count, rounded to the nearest, halves away from zero; half: count / 2, rounded down.
function mean(sum: v128, count: v128, half: v128): v128 {
  const sign = i32x4.shr_s(sum, 31);
  const quotient = divide(i32x4.add(i32x4.abs(sum), half), count);
  return i32x4.sub(v128.xor(quotient, sign), sign);
}

// c[channel] = clamp(mean of (pixel + raw_offset) - raw_offset, lo, hi) over rows x columns pixels. a: the first
// pixel; pixels are a_stride bytes apart, rows row_stride; limits: the address of lo, hi, which fit 16 bits.
export function q8_average_pool(
  a: usize,
  a_stride: usize,
  row_stride: usize,
  rows: i32,
  columns: i32,
  raw_offset: i32,
  c: usize,
  channels: usize,
  limits: usize,
): void {
  const count = rows * columns;
  const divisor = f64x2.splat(<f64>count);
  const half = i32x4.splat(count >> 1);
  const offset = i32x4.splat(raw_offset);
  const start = i32x4.splat(raw_offset * count);
  for (let end = c + (channels << 1); c < end; c += 16) {
    let low = start;
    let high = start;
    let row = a;
    for (let y = 0; y < rows; ++y) {
      let p = row;
      for (let x = 0; x < columns; ++x) {
        low = i32x4.add(low, v128.load16x4_s(p));
        high = i32x4.add(high, v128.load16x4_s(p, 8));
        p += a_stride;
      }
      row += row_stride;
    }
    low = i32x4.sub(mean(low, divisor, half), offset);
    high = i32x4.sub(mean(high, divisor, half), offset);
    store_clamped(c, i16x8.narrow_i32x4_s(low, high), limits);
    a += 16;
  }
}

// c[channel] = clamp(maximum over rows x columns pixels, lo, hi); arguments as above.
export function q8_max_pool(
  a: usize,
  a_stride: usize,
  row_stride: usize,
  rows: i32,
  columns: i32,
  c: usize,
  channels: usize,
  limits: usize,
): void {
  for (let end = c + (channels << 1); c < end; c += 16) {
    let acc = v128.load(a);
    let row = a;
    for (let y = 0; y < rows; ++y) {
      let p = row;
      for (let x = 0; x < columns; ++x) {
        acc = i16x8.max_s(acc, v128.load(p));
        p += a_stride;
      }
      row += row_stride;
    }
    store_clamped(c, acc, limits);
    a += 16;
  }
}

function store_clamped(c: usize, v: v128, limits: usize): void {
  v128.store(c, i16x8.min_s(i16x8.max_s(v, v128.load16_splat(limits)), v128.load16_splat(limits, 4)));
}
