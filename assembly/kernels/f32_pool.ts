// f32_pool__wasmsimd: the sum or the maximum of a rectangle of pixels, 4 channels at a time.
import { clamp } from './vector';

// c[channel] = clamp(sum over rows x columns pixels / their number), summed row by row. a: the first pixel;
// pixels are a_stride bytes apart, rows row_stride; channels is a multiple of 4; limits: the address of lo, hi.
export function f32_average_pool(
  a: usize,
  a_stride: usize,
  row_stride: usize,
  rows: i32,
  columns: i32,
  c: usize,
  channels: usize,
  limits: usize,
): void {
  const lo = v128.load32_splat(limits);
  const hi = v128.load32_splat(limits, 4);
  const count = f32x4.splat(<f32>(rows * columns));
  for (let end = c + (channels << 2); c < end; c += 16) {
    let acc = f32x4.splat(0);
    let row = a;
    for (let y = 0; y < rows; ++y) {
      let p = row;
      for (let x = 0; x < columns; ++x) {
        acc = f32x4.add(acc, v128.load(p));
        p += a_stride;
      }
      row += row_stride;
    }
    v128.store(c, clamp(f32x4.div(acc, count), lo, hi));
    a += 16;
  }
}

// c[channel] = clamp(maximum over rows x columns pixels); arguments as above.
export function f32_max_pool(
  a: usize,
  a_stride: usize,
  row_stride: usize,
  rows: i32,
  columns: i32,
  c: usize,
  channels: usize,
  limits: usize,
): void {
  const lo = v128.load32_splat(limits);
  const hi = v128.load32_splat(limits, 4);
  for (let end = c + (channels << 2); c < end; c += 16) {
    let acc = v128.load(a);
    let row = a;
    for (let y = 0; y < rows; ++y) {
      let p = row;
      for (let x = 0; x < columns; ++x) {
        acc = f32x4.max(acc, v128.load(p));
        p += a_stride;
      }
      row += row_stride;
    }
    v128.store(c, clamp(acc, lo, hi));
    a += 16;
  }
}
