#include "ops.h"

namespace mobilenet_edge {
namespace {

GemmArguments arguments(const Context& context, const PointwiseOp& op) {
  GemmArguments g = {};
  g.k = op.k;
  g.n = op.n;
  g.weights = context.packed(op.weights);
  g.segments = 1;
  g.segment_length = op.k;
  g.input_stride = op.input_stride;
  g.output_stride = op.output_stride;
  g.residual_stride = op.residual_stride;
  g.lo = op.lo;
  g.hi = op.hi;
  g.sum_lo = op.sum_lo;
  g.sum_hi = op.sum_hi;
  return g;
}

}  // namespace

void pointwise_rows(const Context& context, const PointwiseOp& op, const float* input, float* output,
                    const float* residual, int32_t rows) {
  GemmArguments g = arguments(context, op);
  g.m = rows;
  g.input = input;
  g.output = output;
  g.residual = residual;
  context.kernels->f32_gemm(g);
}

void run_pointwise(const Context& context, const PointwiseOp& op, int32_t chunk) {
  const int32_t row_blocks = (op.m + op.m_block - 1) / op.m_block;
  const Range rows = piece_of(op.m, op.m_block, chunk % row_blocks);
  const int32_t block = chunk / row_blocks;
  const Geometry& geometry = context.kernels->geometry;
  const size_t begin = panel_boundary(geometry.panel, geometry.last_panel, op.n, block * op.n_block);
  const size_t end = panel_boundary(geometry.panel, geometry.last_panel, op.n, (block + 1) * op.n_block);
  GemmArguments g = arguments(context, op);
  g.m = rows.end - rows.begin;
  g.n = end - begin;
  g.weights += begin * (g.k + 1);
  g.input = context.activations(op.input) + rows.begin * g.input_stride;
  g.output = context.activations(op.output) + rows.begin * g.output_stride + begin;
  if (op.residual >= 0) g.residual = context.activations(op.residual) + rows.begin * g.residual_stride + begin;
  context.kernels->f32_gemm(g);
}

}  // namespace mobilenet_edge
