// f32_copy_runs__wasmsimd: copies `count` runs of n floats; runs are *_stride bytes apart.
export function f32_copy_runs(to: usize, to_stride: usize, from: usize, from_stride: usize, n: usize, count: i32): void {
  for (; count > 0; --count) {
    const end = to + (n << 2);
    let t = to;
    let f = from;
    for (; t + 16 <= end; t += 16, f += 16) v128.store(t, v128.load(f));
    for (; t < end; t += 4, f += 4) store<f32>(t, load<f32>(f));
    to += to_stride;
    from += from_stride;
  }
}
