#include "q8_ops.h"

namespace mobilenet_edge {

void pointwise_rows(const Context& context, const Q8PointwiseOp& op, const uint8_t* input, uint8_t* output,
                    int32_t rows) {
  Q8GemmArguments g = q8_gemm_arguments(context, op, op.k);
  g.m = rows;
  g.input = input;
  g.input_stride = op.input_stride;
  g.output = output;
  context.kernels->q8_gemm(g);
}

void run_op(const Context& context, const Q8PointwiseOp& op, int32_t chunk) {
  const int32_t row_blocks = (op.m + op.m_block - 1) / op.m_block;
  const Range rows = piece_of(op.m, op.m_block, chunk % row_blocks);
  const int32_t block = chunk / row_blocks;
  const Q8Geometry& geometry = context.kernels->q8_geometry;
  const size_t begin = panel_boundary(geometry.panel, geometry.last_panel, op.n, block * op.n_block);
  const size_t end = panel_boundary(geometry.panel, geometry.last_panel, op.n, (block + 1) * op.n_block);
  Q8GemmArguments g = q8_gemm_arguments(context, op, op.k);
  g.m = rows.end - rows.begin;
  g.n = end - begin;
  g.weights += begin * q8_column_bytes(geometry.packing, op.k);
  if (g.extras.begin) g.extras.begin += begin / 8;
  g.input = context.arena + op.input + (size_t)rows.begin * op.input_stride;
  g.input_stride = op.input_stride;
  g.output = context.arena + op.output + (size_t)rows.begin * op.output_stride + begin;
  context.kernels->q8_gemm(g);
}

}  // namespace mobilenet_edge
