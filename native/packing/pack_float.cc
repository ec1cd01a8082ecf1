#include <string.h>

#include <algorithm>
#include <utility>

#include "packing.h"

namespace mobilenet_edge {

uint8_t* WeightBlocks::allocate(size_t bytes, size_t* offset) {
  const size_t used = memory_.size();
  if (bytes > SIZE_MAX / 2 || used > SIZE_MAX / 2) return nullptr;
  *offset = align_up<size_t>(used, kCacheLine);
  // Whole lines, so that a program's weights are a multiple of them.
  const size_t end = *offset + align_up<size_t>(bytes, kCacheLine);
  return memory_.grow(end) ? memory_.data() + *offset : nullptr;
}

size_t PanelWidths::width_at(size_t first, size_t columns) const {
  const size_t remaining = columns - first;
  return remaining <= last_panel ? remaining : std::min(panel, remaining);
}

// to[i * width + j] = from[j * k + i], `rows` times `columns`: small blocks in registers, for of either side only lines
// that follow one another come fast.
template <typename Element>
void transpose(const Element* from, size_t k, Element* to, size_t width, size_t rows, size_t columns) {
  constexpr size_t kRows = 4, kColumns = 8;
  const size_t whole_rows = rows / kRows * kRows, whole_columns = columns / kColumns * kColumns;
  for (size_t j = 0; j < whole_columns; j += kColumns) {
    for (size_t i = 0; i < whole_rows; i += kRows) {
      Element block[kRows][kColumns];
      for (size_t y = 0; y < kColumns; ++y) {
        for (size_t x = 0; x < kRows; ++x) block[x][y] = from[(j + y) * k + i + x];
      }
      for (size_t x = 0; x < kRows; ++x) memcpy(to + (i + x) * width + j, block[x], sizeof(block[x]));
    }
  }
  for (size_t j = 0; j < columns; ++j) {
    for (size_t i = j < whole_columns ? whole_rows : 0; i < rows; ++i) to[i * width + j] = from[j * k + i];
  }
}

template <typename Element>
bool pack_panels(WeightBlocks* blocks, const FloatFilter<Element>& filter, PanelWidths widths, size_t* offset) {
  // Rows of a panel that stay in the first-level cache while its columns are written some at a time.
  constexpr size_t kBlockRows = 256;
  const size_t k = filter.k, columns = round_channels(filter.outputs);
  auto* to = reinterpret_cast<Element*>(blocks->allocate(columns * (k + 1) * sizeof(Element), offset));
  if (!to) return false;
  for (size_t first = 0, width = 0; first < columns; first += width, to += width * (k + 1)) {
    width = widths.width_at(first, columns);
    const size_t used = std::min(width, filter.outputs - std::min(filter.outputs, first));
    const Element* from = filter.weights + first * k;
    if (filter.bias) memcpy(to, filter.bias + first, used * sizeof(Element));
    for (size_t row = 0; row < k; row += kBlockRows) {
      transpose(from + row, k, to + (row + 1) * width, width, std::min(kBlockRows, k - row), used);
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
