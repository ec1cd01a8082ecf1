// Integer 1x1 convolution and dense: rows of pixels times a matrix.
import { Q8PointwiseOp } from '../generated/program';
import { q8_column_bytes, q8_multiply } from './q8_gemm';

// Rows 0..m of columns 0..n of an op, from and to given addresses (an inverted residual's lie in scratch).
// a, c: first row of input and output; w: the first column's panel.
export function q8_multiply_rows(op: Q8PointwiseOp, m: i32, n: i32, a: usize, w: usize, c: usize): void {
  const limits = changetype<usize>(op) + offsetof<Q8PointwiseOp>('output_zero');
  q8_multiply(m, n, op.k, a, (<usize>op.input_stride) << 1, w, c, (<usize>op.output_stride) << 1, limits);
}

// One block of rows of one block of columns.
export function run_q8_pointwise(op: Q8PointwiseOp, chunk: i32, arena: usize, weights: usize): void {
  const row_blocks = (op.m + op.m_block - 1) / op.m_block;
  const row = (chunk % row_blocks) * op.m_block;
  const column = (chunk / row_blocks) * op.n_block;
  q8_multiply_rows(
    op,
    min(op.m_block, op.m - row),
    min(op.n_block, op.n - column),
    arena + op.input + ((<usize>row * op.input_stride) << 1),
    weights + op.weights + q8_column_bytes(op.k) * column,
    arena + op.output + ((<usize>row * op.output_stride + column) << 1),
  );
}
