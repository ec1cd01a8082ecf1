// One function an op: runs chunk `chunk` of it. Chunks of an op may run in any order and on any thread, each thread
// with a Context of its own, whose scratch no other thread touches. See lib/program/schema.ts for what the fields mean.
#pragma once

#include "../kernels/kernels.h"
#include "../program.h"

namespace mobilenet_edge {

struct Context {
  const Kernels* kernels;
  const uint8_t* weights;
  uint8_t* arena;
  uint8_t* scratch;

  float* activations(int32_t offset) const { return reinterpret_cast<float*>(arena + offset); }
  float* own(int32_t offset) const { return reinterpret_cast<float*>(scratch + offset); }
  const float* packed(int32_t offset) const { return reinterpret_cast<const float*>(weights + offset); }
};

void run_conv(const Context& context, const ConvOp& op, int32_t chunk);
void run_pointwise(const Context& context, const PointwiseOp& op, int32_t chunk);
void run_depthwise(const Context& context, const DepthwiseOp& op, int32_t chunk);
void run_inverted_residual(const Context& context, const InvertedResidualOp& op, int32_t chunk);
void run_add(const Context& context, const AddOp& op, int32_t chunk);
void run_pool(const Context& context, const PoolOp& op, int32_t chunk);
void run_softmax(const Context& context, const SoftmaxOp& op, int32_t chunk);
void run_sigmoid(const Context& context, const SigmoidOp& op, int32_t chunk);

// Output rows [begin, end) of a convolution, written densely to `output`.
void conv_rows(const Context& context, const ConvOp& op, float* output, int32_t begin, int32_t end);

// Some rows of pixels of a pointwise op, all columns: `rows` of input (rows, k) to output (rows, n).
void pointwise_rows(const Context& context, const PointwiseOp& op, const float* input, float* output,
                    const float* residual, int32_t rows);

// Where the rows of a depthwise op's input lie: row y at base + (y % ring) * row_stride.
template <typename Element>
struct RowSource {
  const Element* base;
  int32_t ring;
  size_t row_stride;
};

// Output rows [begin, end) of a depthwise op, written densely to `output`.
void depthwise_rows(const Context& context, const DepthwiseOp& op, const RowSource<float>& input, float* output,
                    int32_t begin, int32_t end);

// The most input rows that two output rows of a depthwise op may span.
constexpr int32_t kMaxDepthwiseRows = 128;

// First and one past the last index of piece `piece` of `total` things dealt `size` at a time.
struct Range {
  int32_t begin, end;
};
inline Range piece_of(int32_t total, int32_t size, int32_t piece) {
  const int32_t begin = piece * size;
  return {begin, begin + size < total ? begin + size : total};
}

// The first panel that starts at or after `column`, a multiple of the panel width: a wide last panel may begin before
// it.
inline int32_t panel_boundary(int32_t panel, int32_t last_panel, int32_t n, int32_t column) {
  if (column <= 0) return 0;
  return n - column + panel <= last_panel || column > n ? n : column;
}

// As the kernels clamp: a NaN stays one.
inline float clamp(float value, float lo, float hi) { return value < lo ? lo : value > hi ? hi : value; }

}  // namespace mobilenet_edge
