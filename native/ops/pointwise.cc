#include "ops.h"

namespace mobilenet_edge {
namespace {

template <typename Op>
GemmArgumentsOf<ElementOf<Op>> arguments(const Context& context, const Op& op) {
  GemmArgumentsOf<ElementOf<Op>> g = {};
  g.k = op.k;
  g.n = op.n;
  g.weights = context.packed<ElementOf<Op>>(op.weights);
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

template <typename Op>
void pointwise_rows(const Context& context, const Op& op, const ElementOf<Op>* input, ElementOf<Op>* output,
                    const ElementOf<Op>* residual, int32_t rows) {
  auto g = arguments(context, op);
  g.m = rows;
  g.input = input;
  g.output = output;
  g.residual = residual;
  gemm(*context.kernels, g);
}

template <typename Op>
static void run_pointwise(const Context& context, const Op& op, int32_t chunk) {
  using Element = ElementOf<Op>;
  const int32_t row_blocks = (op.m + op.m_block - 1) / op.m_block;
  const Range rows = piece_of(op.m, op.m_block, chunk % row_blocks);
  const int32_t block = chunk / row_blocks;
  const Geometry& geometry = geometry_of(*context.kernels, Element());
  const size_t begin = panel_boundary(geometry.panel, geometry.last_panel, op.n, block * op.n_block);
  const size_t end = panel_boundary(geometry.panel, geometry.last_panel, op.n, (block + 1) * op.n_block);
  auto g = arguments(context, op);
  g.m = rows.end - rows.begin;
  g.n = end - begin;
  g.weights += begin * (g.k + 1);
  g.input = context.activations<Element>(op.input) + rows.begin * g.input_stride;
  g.output = context.activations<Element>(op.output) + rows.begin * g.output_stride + begin;
  if (op.residual >= 0) g.residual = context.activations<Element>(op.residual) + rows.begin * g.residual_stride + begin;
  gemm(*context.kernels, g);
}

template void pointwise_rows(const Context&, const PointwiseOp&, const float*, float*, const float*, int32_t);
template void pointwise_rows(const Context&, const F16PointwiseOp&, const Half*, Half*, const Half*, int32_t);
void run_op(const Context& context, const PointwiseOp& op, int32_t chunk) { run_pointwise(context, op, chunk); }
void run_op(const Context& context, const F16PointwiseOp& op, int32_t chunk) { run_pointwise(context, op, chunk); }

}  // namespace mobilenet_edge
