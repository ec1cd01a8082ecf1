// The integer side of pool.ts.

import { Q8PoolOp } from '../generated/program';
import { q8_average_pool, q8_max_pool } from '../kernels/q8_pool';
import { pool_chunk } from './pool';

export function run_q8_pool(op: Q8PoolOp, chunk: i32, arena: usize): void {
  pool_chunk<i16, Q8PoolOp>(op, chunk, arena);
}

// As pool() there.
export function q8_pool(
  op: Q8PoolOp,
  a: usize,
  a_stride: usize,
  row_stride: usize,
  rows: i32,
  columns: i32,
  c: usize,
  channels: i32,
): void {
  const limits = changetype<usize>(op) + offsetof<Q8PoolOp>('lo');
  if (op.is_max) q8_max_pool(a, a_stride, row_stride, rows, columns, c, channels, limits);
  else q8_average_pool(a, a_stride, row_stride, rows, columns, op.raw_offset, c, channels, limits);
}
