// Lays weights out as the kernels read them: see the docs of the ops in lib/program/schema.ts. What lib/compile/pack.ts
// and pack_q8.ts do, without their garbage and in a tenth of the time; test/native/packing.test.ts compares the two
// byte for byte.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <utility>

#include "../kernels/kernels.h"
#include "../memory.h"

namespace mobilenet_edge {

// Blocks of packed weights, one after the other, each on a cache line.
class WeightBlocks {
 public:
  WeightBlocks() = default;
  explicit WeightBlocks(Memory memory) : memory_(std::move(memory)) {}

  // A block of zeros at `offset`; null where there is no memory.
  uint8_t* allocate(size_t bytes, size_t* offset);
  Memory& memory() { return memory_; }

 private:
  Memory memory_;
};

// Panels of `panel` columns; the last takes what remains if that is at most `last_panel`.
struct PanelWidths {
  size_t panel, last_panel;
  size_t width_at(size_t first, size_t columns) const;
};

constexpr size_t round_channels(size_t channels) { return (channels + 7) / 8 * 8; }

// Filter (outputs, k) of float or Half; bias may be null.
template <typename Element>
struct FloatFilter {
  const Element *weights, *bias;
  size_t outputs, k;
};
template <typename Element>
bool pack_panels(WeightBlocks* blocks, const FloatFilter<Element>& filter, PanelWidths widths, size_t* offset);

// Filter (taps, channels); bias may be null.
template <typename Element>
bool pack_depthwise(WeightBlocks* blocks, const Element* weights, const Element* bias, size_t taps, size_t channels,
                    size_t group, size_t* offset);

// A layer of a quantized model: the filter is (outputs, k) or, of a depthwise one, (k, outputs).
struct Q8Layer {
  const uint8_t* levels;
  bool is_signed;
  const int32_t* zero_points;
  size_t zero_point_count;  // outputs or 1
  const double* scales;
  size_t scale_count;   // outputs or 1
  const int32_t* bias;  // may be null
  size_t outputs, k;
  double input_scale, output_scale;
  // Of the input in the arena: real 0, and what the type can hold.
  int32_t input_zero, input_lo, input_hi;

  int32_t level(size_t at) const { return is_signed ? reinterpret_cast<const int8_t*>(levels)[at] : levels[at]; }
  int32_t zero_point(size_t c) const { return zero_points[zero_point_count > 1 ? c : 0]; }
};

// Fields of the op.
struct Q8Packed {
  size_t weights, extras;
  int32_t chain, small_sums;
};
bool pack_q8_panels(WeightBlocks* blocks, const Q8Layer& layer, Q8Packing packing, PanelWidths widths,
                    Q8Packed* packed);
bool pack_q8_depthwise(WeightBlocks* blocks, const Q8Layer& layer, size_t group, Q8Packed* packed);

}  // namespace mobilenet_edge
