#include "validate_q8.h"

#include <string.h>

#include "ops/q8_ops.h"

namespace mobilenet_edge {

bool Q8Checks::extras(int32_t offset, int32_t n, int32_t k) {
  const int32_t vectors = n / 8;
  if (!span(limits_.weights, offset, vectors + 1.0, sizeof(int32_t))) return false;
  const auto at = [&](size_t from) {
    int32_t word;
    memcpy(&word, limits_.packed + offset + from, sizeof(word));
    return word;
  };
  int32_t count = 0;
  for (int32_t v = 0; v <= vectors; ++v) {
    const int32_t begin = at(v * sizeof(int32_t));
    if (!require(begin >= count && (v > 0 || begin == 0), "extras do not ascend")) return false;
    count = begin;
  }
  const Q8ExtrasLayout layout(n, count);
  if (!require(offset + (double)layout.bytes <= (double)limits_.weights, "an address is out of bounds")) {
    return false;
  }
  for (int32_t i = 0; i < count; ++i) {
    const int32_t from = at(layout.offsets + i * sizeof(int32_t));
    if (!require(from >= 0 && from <= q8_values_read(k) - 4, "an extra lies outside the row")) return false;
  }
  return true;
}

template <typename Op>
bool Q8Checks::weights(const Op& op, int32_t k) {
  const Q8Geometry& geometry = kernels_.q8_geometry;
  return span(limits_.weights, op.weights, (double)op.n * (q8_column_bytes(geometry.packing, k) / sizeof(int32_t)),
              sizeof(int32_t)) &&
         (geometry.packing == Q8Packing::kChain
              ? require(op.chain == 1 || op.chain == 2 || op.chain == 4 ||
                            ((op.chain == -1 || op.chain == -2) && align_up(k, 4) <= kChainCentredDepth),
                        "there are no such chains")
              : require(op.chain == 0, "weights are chained")) &&
         (geometry.packing == Q8Packing::kPairs || extras(op.extras, op.n, k));
}

bool Q8Checks::product(const Q8ConvOp& op) {
  if (!values(op)) return false;
  const double k = (double)op.kernel_height * op.kernel_width * op.input_channels;
  return require(k <= kMaxSize, "a size is out of range") && weights(op, (int32_t)k) &&
         pixels(limits_.arena, op.input, input_pixels(op), op.input_stride, op.input_channels, 1) &&
         pixels(limits_.scratch, op.patches, op.output_width, op.patch_stride, q8_values_read((int32_t)k), 1);
}

bool Q8Checks::product(const Q8PointwiseOp& op) { return values(op) && weights(op, op.k); }

bool Q8Checks::taps(const Q8DepthwiseOp& op) {
  if (!values(op)) return false;
  const double channels = align_up(op.channels, kernels_.q8_geometry.channel_group);
  return span(limits_.scratch, op.pad_row, (double)op.input_width * op.input_stride, 1) &&
         span(limits_.weights, op.weights, 0, sizeof(int32_t)) &&
         span(limits_.weights, op.weights,
              channels * (double)q8_channel_bytes((size_t)op.kernel_height * op.kernel_width), 1);
}

}  // namespace mobilenet_edge
