// What the checks of all ops share. The first defect found is kept; every check says whether there is none so far.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "program.h"
#include "validate.h"

namespace mobilenet_edge {

inline int32_t pieces(int32_t total, int32_t size) { return (total - 1) / size + 1; }
inline int32_t round_up(int32_t value, int32_t to) { return (value + to - 1) / to * to; }

template <typename Op>
double input_pixels(const Op& op) {
  return (double)op.input_height * op.input_width;
}
template <typename Op>
double output_pixels(const Op& op) {
  return (double)op.output_height * op.output_width;
}

class Checks {
 public:
  // Of a picture that an op has a window on; 32-bit counts hold as many. One with more has no place in an arena.
  static constexpr int32_t kMaxPixels = 1 << 30;

  const char* defect = nullptr;

  bool require(bool holds, const char* otherwise) {
    if (!holds && !defect) defect = otherwise;
    return !defect;
  }
  bool size(int32_t value, int32_t most = kMaxSize) {
    return require(value >= 1 && value <= most, "a size is out of range");
  }
  bool chunks(int32_t value, int32_t total, int32_t per_chunk) {
    return size(total) && size(per_chunk) && require(value == pieces(total, per_chunk), "wrong number of chunks");
  }
  // The pieces of an output picture that are `channels` of them each.
  template <typename Op>
  bool picture_chunks(const Op& op, int32_t channels = 1) {
    return size(op.rows_per_chunk) && size(op.columns_per_chunk) &&
           require((double)pieces(op.output_height, op.rows_per_chunk) * pieces(op.output_width, op.columns_per_chunk) *
                           channels ==
                       op.chunks,
                   "wrong number of chunks");
  }
  template <typename Op>
  bool pool_chunks(const Op& op) {
    return channel_chunks(op) && picture_chunks(op, pieces(op.channels, op.channels_per_chunk));
  }
  template <typename Op>
  bool channel_chunks(const Op& op) {
    return size(op.channels) && size(op.channels_per_chunk) &&
           require(op.channels_per_chunk % 8 == 0, "channels_per_chunk is no multiple of 8");
  }
  // `count` elements from `offset` on; in double, which cannot overflow.
  bool span(size_t limit, int32_t offset, double count, int32_t element_bytes = sizeof(float)) {
    return require(offset >= 0 && offset % element_bytes == 0, "an offset is negative or not aligned to an element") &&
           require(offset + count * element_bytes <= (double)limit, "an address is out of bounds");
  }
  bool pixels(size_t limit, int32_t offset, double count, int32_t stride, int32_t channels,
              int32_t element_bytes = sizeof(float)) {
    return size(channels) && size(stride) && require(stride >= channels, "pixels overlap") &&
           span(limit, offset, (count - 1) * stride + channels, element_bytes);
  }
  template <typename Op>
  bool window(const Op& op) {
    return size(op.input_height, kMaxHeight) && size(op.input_width, kMaxHeight) &&
           size(op.output_height, kMaxHeight) && size(op.output_width, kMaxHeight) &&
           require(input_pixels(op) <= kMaxPixels && output_pixels(op) <= kMaxPixels, "a size is out of range") &&
           size(op.kernel_height, kMaxWindow) && size(op.kernel_width, kMaxWindow) &&
           size(op.stride_height, kMaxWindow) && size(op.stride_width, kMaxWindow) &&
           size(op.dilation_height, kMaxWindow) && size(op.dilation_width, kMaxWindow) &&
           require(op.pad_top >= 0 && op.pad_left >= 0, "negative padding") &&
           require(op.pad_top <= kMaxWindow && op.pad_left <= kMaxWindow, "a size is out of range");
  }
};

}  // namespace mobilenet_edge
