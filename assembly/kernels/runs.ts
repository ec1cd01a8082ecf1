// Runs of values of one type: copied, or set to one value.

// Copies `count` runs of n values; runs are *_stride bytes apart.
export function copy_runs<T>(to: usize, to_stride: usize, from: usize, from_stride: usize, n: usize, count: i32): void {
  const bytes = n * sizeof<T>();
  for (; count > 0; --count) {
    const end = to + bytes;
    let t = to;
    let f = from;
    for (; t + 16 <= end; t += 16, f += 16) v128.store(t, v128.load(f));
    for (; t < end; t += sizeof<T>(), f += sizeof<T>()) store<T>(t, load<T>(f));
    to += to_stride;
    from += from_stride;
  }
}

// Sets n values.
export function fill<T>(to: usize, n: usize, value: T): void {
  const end = to + n * sizeof<T>();
  const v = v128.splat<T>(value);
  for (; to + 16 <= end; to += 16) v128.store(to, v);
  for (; to < end; to += sizeof<T>()) store<T>(to, value);
}
