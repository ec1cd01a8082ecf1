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

// How extras lie in the weights: begin (n / 8 + 1), offsets (count) and quads (count), each on a cache line.
struct Q8ExtrasLayout {
  size_t offsets, quads;  // in bytes from the beginning
  Q8ExtrasLayout(int32_t n, size_t count) {
    offsets = align((n / 8 + 1) * sizeof(int32_t));
    quads = offsets + align(count * sizeof(int32_t));
  }
  static size_t align(size_t bytes) { return (bytes + 63) / 64 * 64; }
};
constexpr size_t kQ8ExtraBytes = 32;  // of a quad: 8 columns of 4

// Bytes of a column of packed weights, bias and scale included.
inline size_t q8_column_bytes(const Q8Geometry& geometry, size_t k) {
  switch (geometry.packing) {
    case Q8Packing::kPairs:
      return 8 + (k + 1) / 2 * 4;
    case Q8Packing::kSixteens:
      return 8 + (k + 15) / 16 * 16;
    default:
      return 8 + (k + 3) / 4 * 4;
  }
}

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
