#include <string.h>

#include <algorithm>
#include <utility>

#include "packing.h"

namespace mobilenet_edge {

uint8_t* WeightBlocks::allocate(size_t bytes, size_t* offset) {
  const size_t used = memory_.size();
  if (bytes > SIZE_MAX / 2 || used > SIZE_MAX / 2) return nullptr;
  *offset = (used + kCacheLine - 1) / kCacheLine * kCacheLine;
  // Whole lines, so that a program's weights are a multiple of them.
  const size_t end = *offset + (bytes + kCacheLine - 1) / kCacheLine * kCacheLine;
  return memory_.grow(end) ? memory_.data() + *offset : nullptr;
}

size_t PanelWidths::width_at(size_t first, size_t columns) const {
  const size_t remaining = columns - first;
  return remaining <= last_panel ? remaining : std::min(panel, remaining);
}

template <typename Element>
bool pack_panels(WeightBlocks* blocks, const FloatFilter<Element>& filter, PanelWidths widths, size_t* offset) {
  // Rows of a panel that stay in the first-level cache while its columns are written one by one.
  constexpr size_t kBlockRows = 64;
  const size_t k = filter.k, columns = round_channels(filter.outputs);
  auto* to = reinterpret_cast<Element*>(blocks->allocate(columns * (k + 1) * sizeof(Element), offset));
  if (!to) return false;
  for (size_t first = 0, width = 0; first < columns; first += width, to += width * (k + 1)) {
    width = widths.width_at(first, columns);
    const size_t used = std::min(width, filter.outputs - std::min(filter.outputs, first));
    const Element* from = filter.weights + first * k;
    if (filter.bias) memcpy(to, filter.bias + first, used * sizeof(Element));
    for (size_t row = 0; row < k; row += kBlockRows) {
      const size_t end = std::min(k, row + kBlockRows);
      for (size_t j = 0; j < used; ++j) {
        for (size_t i = row; i < end; ++i) to[(i + 1) * width + j] = from[j * k + i];
      }
    }
  }
  return true;
}

template <typename Element>
bool pack_depthwise(WeightBlocks* blocks, const Element* weights, const Element* bias, size_t taps, size_t channels,
                    size_t group, size_t* offset) {
  const size_t groups = (round_channels(channels) + group - 1) / group;
  auto* to = reinterpret_cast<Element*>(blocks->allocate(groups * group * (taps + 1) * sizeof(Element), offset));
  if (!to) return false;
  for (size_t first = 0; first < channels; first += group, to += group * (taps + 1)) {
    const size_t used = std::min(group, channels - first) * sizeof(Element);
    if (bias) memcpy(to, bias + first, used);
    for (size_t tap = 0; tap < taps; ++tap) memcpy(to + (tap + 1) * group, weights + tap * channels + first, used);
  }
  return true;
}

template bool pack_panels(WeightBlocks*, const FloatFilter<float>&, PanelWidths, size_t*);
template bool pack_panels(WeightBlocks*, const FloatFilter<Half>&, PanelWidths, size_t*);
template bool pack_depthwise(WeightBlocks*, const float*, const float*, size_t, size_t, size_t, size_t*);
template bool pack_depthwise(WeightBlocks*, const Half*, const Half*, size_t, size_t, size_t, size_t*);

}  // namespace mobilenet_edge
