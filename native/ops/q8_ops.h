// Ops on the 8-bit values of quantized models, see ops.h and kernels/q8_kernels.h.
#pragma once

#include "ops.h"

namespace mobilenet_edge {

// As in ops.h.
void conv_rows(const Context& context, const Q8ConvOp& op, uint8_t* output, int32_t begin, int32_t end, Range columns);

// Some rows of pixels of a pointwise op, all columns: `rows` of input (rows, k) to output (rows, n).
void pointwise_rows(const Context& context, const Q8PointwiseOp& op, const uint8_t* input, uint8_t* output,
                    int32_t rows);

// As in ops.h.
void depthwise_rows(const Context& context, const Q8DepthwiseOp& op, const RowSource<uint8_t>& input, uint8_t* output,
                    int32_t begin, int32_t end, Range columns);

// The weights of a convolution or pointwise op whose rows are k values long.
template <typename Op>
Q8GemmArguments q8_gemm_arguments(const Context& context, const Op& op, size_t k) {
  Q8GemmArguments g = {};
  g.k = k;
  g.n = op.n;
  g.weights = context.weights + op.weights;
  g.chain = op.chain;
  if (context.kernels->q8_geometry.packing != Q8Packing::kPairs) {
    const uint8_t* extras = context.weights + op.extras;
    g.extras.begin = reinterpret_cast<const int32_t*>(extras);
    const Q8ExtrasLayout layout(op.n, g.extras.begin[op.n / 8]);
    g.extras.offsets = reinterpret_cast<const int32_t*>(extras + layout.offsets);
    g.extras.quads = reinterpret_cast<const int8_t*>(extras + layout.quads);
  }
  g.output_stride = op.output_stride;
  g.to = {op.output_zero, op.lo, op.hi, op.small_sums != 0};
  return g;
}

}  // namespace mobilenet_edge
