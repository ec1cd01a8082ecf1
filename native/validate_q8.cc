#include "validate_q8.h"

#include <string.h>

#include "ops/q8_ops.h"

namespace mobilenet_edge {

bool Q8Checks::is_value(int32_t value) const {
  return q8_geometry_.is_signed ? value == (int8_t)value : value == (uint8_t)value;
}

template <typename Op>
bool Q8Checks::output_range(const Op& op) {
  return require(is_value(op.output_zero) && is_value(op.lo) && is_value(op.hi) && op.lo <= op.hi,
                 "an output range is not one of bytes");
}

bool Q8Checks::extras(int32_t offset, int32_t n, int32_t k) {
  const int32_t vectors = n / 8;
  if (!span(limits_.weights, offset, vectors + 1.0)) return false;
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
  if (!require(offset + (double)layout.quads + (double)count * kQ8ExtraBytes <= (double)limits_.weights,
               "an address is out of bounds")) {
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
  return size(k) && size(op.n) && require(op.n % 8 == 0, "n is no multiple of 8") && output_range(op) &&
         span(limits_.weights, op.weights, (double)op.n * (q8_column_bytes(q8_geometry_, k) / sizeof(int32_t))) &&
         (q8_geometry_.packing == Q8Packing::kChain
              ? require(op.chain == 1 || op.chain == 2 || op.chain == 4 ||
                            ((op.chain == -1 || op.chain == -2) && round_up(k, 4) <= (int32_t)kQ8CentredDepth),
                        "there are no such chains")
              : require(op.chain == 0, "weights are chained")) &&
         (q8_geometry_.packing == Q8Packing::kPairs || extras(op.extras, op.n, k));
}

bool Q8Checks::product(const Q8ConvOp& op) {
  if (!window(op)) return false;
  const double k = (double)op.kernel_height * op.kernel_width * op.input_channels;
  return require(k >= 1 && k <= kMaxSize, "a size is out of range") && weights(op, (int32_t)k) &&
         require(is_value(op.input_zero), "a zero point is no byte") &&
         pixels(limits_.arena, op.input, input_pixels(op), op.input_stride, op.input_channels, 1) &&
         pixels(limits_.scratch, op.patches, op.output_width, op.patch_stride, q8_values_read((int32_t)k), 1);
}

void Q8Checks::fields(const Q8ConvOp& op) {
  product(op) && picture_chunks(op) && pixels(limits_.arena, op.output, output_pixels(op), op.output_stride, op.n, 1);
}

bool Q8Checks::product(const Q8PointwiseOp& op) { return weights(op, op.k); }

void Q8Checks::fields(const Q8PointwiseOp& op) {
  if (!product(op) || !size(op.m) || !size(op.m_block) || !size(op.n_block)) return;
  require(op.n_block % q8_geometry_.panel == 0 || op.n_block >= op.n, "n_block is no multiple of the panel") &&
      require((double)pieces(op.m, op.m_block) * pieces(op.n, op.n_block) == op.chunks, "wrong number of chunks") &&
      pixels(limits_.arena, op.input, op.m, op.input_stride, q8_values_read(op.k), 1) &&
      pixels(limits_.arena, op.output, op.m, op.output_stride, op.n, 1);
}

bool Q8Checks::taps(const Q8DepthwiseOp& op) {
  if (!window(op) || !size(op.channels) || !size(op.input_stride) || !output_range(op)) return false;
  const double channels = round_up(op.channels, q8_geometry_.channel_group);
  return require(is_value(op.input_zero), "a zero point is no byte") &&
         require(op.stride_height + (op.kernel_height - 1) * op.dilation_height < kMaxDepthwiseRows,
                 "the depthwise window is too high") &&
         span(limits_.scratch, op.pad_row, (double)op.input_width * op.input_stride, 1) &&
         span(limits_.weights, op.weights, 0) &&
         span(limits_.weights, op.weights, channels * (8 + 2.0 * op.kernel_height * op.kernel_width), 1);
}

void Q8Checks::fields(const Q8DepthwiseOp& op) {
  if (!taps(op) || !picture_chunks(op)) return;
  const int32_t channels = round_up(op.channels, q8_geometry_.channel_group);
  pixels(limits_.arena, op.input, input_pixels(op), op.input_stride, channels, 1) &&
      pixels(limits_.arena, op.output, output_pixels(op), op.output_stride, channels, 1);
}

void Q8Checks::fields(const Q8AddOp& op) {
  if (!size(op.channels) || !output_range(op)) return;
  const int32_t channels = round_up(op.channels, 16);
  chunks(op.chunks, op.pixels, op.pixels_per_chunk) &&
      require(op.shift >= 0 && op.shift < 32, "a shift is out of range") &&
      pixels(limits_.arena, op.a, op.pixels, op.a_stride, channels, 1) &&
      pixels(limits_.arena, op.b, op.pixels, op.b_stride, channels, 1) &&
      pixels(limits_.arena, op.output, op.pixels, op.output_stride, channels, 1);
}

void Q8Checks::fields(const Q8PoolOp& op) {
  window(op) && pool_chunks(op) &&
      require(op.raw_offset >= -255 && op.raw_offset <= 255 && is_value(op.lo) && is_value(op.hi) && op.lo <= op.hi,
              "an output range is not one of bytes") &&
      pixels(limits_.arena, op.input, input_pixels(op), op.input_stride, op.channels, 1) &&
      pixels(limits_.arena, op.output, output_pixels(op), op.output_stride, op.channels, 1);
}

void Q8Checks::fields(const Q8MeanOp& op) {
  channel_chunks(op) && chunks(op.chunks, op.channels, op.channels_per_chunk) && output_range(op) &&
      size(op.pixels, kMaxMeanPixels) && require(is_value(op.input_zero), "a zero point is no byte") &&
      pixels(limits_.arena, op.input, op.pixels, op.input_stride, op.channels, 1) &&
      span(limits_.arena, op.output, op.channels, 1);
}

template <typename Op>
bool Q8Checks::values(const Op& op, int32_t input_bytes, int32_t output_bytes) {
  return chunks(op.chunks, op.pixels, op.pixels_per_chunk) &&
         pixels(limits_.arena, op.input, op.pixels, op.input_stride, op.channels, input_bytes) &&
         pixels(limits_.arena, op.output, op.pixels, op.output_stride, op.channels, output_bytes);
}

void Q8Checks::fields(const Q8LookupOp& op) {
  values(op, 1, 1) && require(op.table_offset == (q8_geometry_.is_signed ? 128 : 0), "a lookup leaves its table") &&
      span(limits_.weights, op.table, 256, sizeof(int16_t));
}

void Q8Checks::fields(const Q8SoftmaxOp& op) {
  values(op, 1, 1) && output_range(op) && span(limits_.weights, op.table, 256);
}

void Q8Checks::fields(const Q8QuantizeOp& op) { values(op, sizeof(float), 1) && output_range(op); }

void Q8Checks::fields(const Q8DequantizeOp& op) {
  values(op, 1, sizeof(float)) && require(is_value(op.input_zero), "a zero point is no byte");
}

}  // namespace mobilenet_edge
