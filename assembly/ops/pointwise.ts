// 1x1 convolution and dense: rows of pixels times a matrix.
import { PointwiseOp } from '../generated/program';
import { multiply } from './gemm';

// Rows 0..m of columns 0..n of an op, from and to given addresses (an inverted residual's lie in scratch).
// a, c: first row of input and output; residual: first row of the residual, read only if the op has one;
// w: the first column's panel.
export function multiply_rows(op: PointwiseOp, m: i32, n: i32, a: usize, w: usize, c: usize, residual: usize): void {
  const limits = changetype<usize>(op) + offsetof<PointwiseOp>('lo');
  const a_stride = (<usize>op.input_stride) << 2;
  const c_stride = (<usize>op.output_stride) << 2;
  if (op.residual == -1) {
    multiply<void>(m, n, op.k, a, a_stride, w, c, c_stride, 0, 0, limits);
  } else {
    const residual_stride = (<usize>op.residual_stride) << 2;
    multiply<bool>(m, n, op.k, a, a_stride, w, c, c_stride, residual, residual_stride, limits);
  }
}

// One block of rows of one block of columns.
export function run_pointwise(op: PointwiseOp, chunk: i32, arena: usize, weights: usize): void {
  const row_blocks = (op.m + op.m_block - 1) / op.m_block;
  const row = (chunk % row_blocks) * op.m_block;
  const column = (chunk / row_blocks) * op.n_block;
  multiply_rows(
    op,
    min(op.m_block, op.m - row),
    min(op.n_block, op.n - column),
    arena + op.input + ((<usize>row * op.input_stride) << 2),
    weights + op.weights + (((<usize>op.k + 1) * column) << 2),
    arena + op.output + ((<usize>row * op.output_stride + column) << 2),
    arena + op.residual + ((<usize>row * op.residual_stride + column) << 2),
  );
}
