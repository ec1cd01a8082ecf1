// What the checks of all ops share. The first defect found is kept; every check says whether there is none so far.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "align.h"
#include "generated/program.h"
#include "validate.h"

namespace mobilenet_edge {

inline int32_t pieces(int32_t total, int32_t size) { return (total - 1) / size + 1; }

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
  const char* defect = nullptr;

  Checks(const Limits& limits, const Kernels& kernels) : limits_(limits), kernels_(kernels) {}

 protected:
  bool require(bool holds, const char* otherwise) {
    if (!holds && !defect) defect = otherwise;
    return !defect;
  }
  bool range(int32_t value, int32_t least, int32_t most) {
    return require(value >= least && value <= most, "a field is out of range");
  }
  bool size(int32_t value, int32_t most = kMaxSize) {
    return require(value >= 1 && value <= most, "a size is out of range");
  }
  bool multiple(int32_t value, int32_t of) {
    return require(value % of == 0, "a size is no multiple of what it must be");
  }
  bool extents(int32_t height, int32_t width) {
    return require((double)height * width <= kMaxPixels, "a size is out of range");
  }

  // A value of the activations of integer ops.
  bool value(int32_t value) {
    const bool is_value = kernels_.q8_geometry.is_signed ? value == (int8_t)value : value == (uint8_t)value;
    return require(is_value, "a zero point or a bound is no byte");
  }
  bool ascend(int32_t lo, int32_t hi) { return require(lo <= hi, "a range is empty"); }
  bool index_offset(int32_t value) {
    return require(value == (kernels_.q8_geometry.is_signed ? 128 : 0), "a lookup leaves its table");
  }

  // How many chunks `total` things are, dealt so many at a time; 0 with a defect.
  double shares(int32_t total, int32_t per_chunk, int32_t of = 1) {
    return size(total) && size(per_chunk) && multiple(per_chunk, of) ? pieces(total, per_chunk) : 0;
  }
  bool chunk_count(int32_t value, double chunks) { return require(value == chunks, "wrong number of chunks"); }

  // `count` elements from `offset` on; in double, which cannot overflow.
  bool span(size_t limit, int32_t offset, double count, int32_t element_bytes) {
    return require(offset >= 0 && offset % element_bytes == 0, "an offset is negative or not aligned to an element") &&
           require(offset + count * element_bytes <= (double)limit, "an address is out of bounds");
  }
  bool pixels(size_t limit, int32_t offset, double count, int32_t stride, int32_t channels, int32_t element_bytes) {
    return size(channels) && size(stride) && require(stride >= channels, "pixels overlap") &&
           span(limit, offset, (count - 1) * stride + channels, element_bytes);
  }

  const Limits& limits_;
  const Kernels& kernels_;
};

}  // namespace mobilenet_edge
