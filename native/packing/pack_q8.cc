#include <math.h>
#include <string.h>

#include <algorithm>

#include "pack_chain.h"
#include "packing.h"

namespace mobilenet_edge {
namespace {

// What the kernels multiply the sums of each output with, and the sums of the output's weights.
struct Columns {
  std::vector<float> scale;
  std::vector<int32_t> positive, negative;
};

// Every step rounded to float32, as XNNPACK does.
std::vector<float> requantization_scales(const Q8Layer& layer) {
  std::vector<float> scale(layer.outputs);
  for (size_t c = 0; c < layer.outputs; ++c) {
    const auto product = static_cast<float>(layer.input_scale * layer.scales[layer.scale_count > 1 ? c : 0]);
    scale[c] = static_cast<float>(product / layer.output_scale);
  }
  return scale;
}

void add_weight(Columns* columns, size_t c, int32_t weight) {
  (weight > 0 ? columns->positive : columns->negative)[c] += weight;
}

Columns columns_of(const Q8Layer& layer, bool is_depthwise) {
  Columns columns = {requantization_scales(layer), std::vector<int32_t>(layer.outputs),
                     std::vector<int32_t>(layer.outputs)};
  const size_t outer = is_depthwise ? layer.k : layer.outputs, inner = is_depthwise ? layer.outputs : layer.k;
  for (size_t i = 0; i < outer; ++i) {
    for (size_t j = 0; j < inner; ++j) {
      const size_t c = is_depthwise ? j : i;
      add_weight(&columns, c, layer.level(i * inner + j) - layer.zero_point(c));
    }
  }
  return columns;
}

// A bias that holds what the input's zero point contributes; it wraps, as sums do.
int32_t folded_bias(const Q8Layer& layer, const Columns& columns, size_t c, int32_t zero) {
  const int64_t sum = static_cast<int64_t>(columns.positive[c]) + columns.negative[c];
  return static_cast<int32_t>(static_cast<uint32_t>((layer.bias ? layer.bias[c] : 0) - zero * sum));
}

// Whether no input whatever makes a sum or a result large: see small_sums in schema.ts.
bool has_small_sums(const Q8Layer& layer, const Columns& columns) {
  const double lo = layer.input_lo, hi = layer.input_hi;
  for (size_t c = 0; c < layer.outputs; ++c) {
    const double start = folded_bias(layer, columns, c, layer.input_zero);
    const double positive = columns.positive[c], negative = columns.negative[c];
    const double largest = std::max(start + positive * hi + negative * lo, -(start + positive * lo + negative * hi));
    if (!(largest < kSmallSum && largest * columns.scale[c] < kSmallResult)) return false;
  }
  return true;
}

bool pack_extras(WeightBlocks* blocks, const ChainExtras& extras, size_t n, size_t* offset) {
  const auto copy = [](const std::vector<int32_t>& part, uint8_t* to) {
    if (!part.empty()) memcpy(to, part.data(), part.size() * sizeof(int32_t));
  };
  const Q8ExtrasLayout layout(n, extras.offsets.size());
  uint8_t* to = blocks->allocate(layout.bytes, offset);
  if (!to) return false;
  copy(extras.begin, to);
  copy(extras.offsets, to + layout.offsets);
  copy(extras.quads, to + layout.quads);
  return true;
}

}  // namespace

bool pack_q8_panels(WeightBlocks* blocks, const Q8Layer& layer, Q8Packing packing, PanelWidths widths,
                    Q8Packed* packed) {
  const size_t depth_words = q8_depth_of(packing).bytes / sizeof(int32_t);
  const size_t n = round_channels(layer.outputs);
  const size_t column_words = q8_column_bytes(packing, layer.k) / sizeof(int32_t);
  ChainColumns chain_columns(layer.k);
  const auto read = [&layer, &chain_columns](size_t c, int16_t* column) {
    if (c >= layer.outputs) return (void)memset(column, 0, chain_columns.length() * sizeof *column);
    const int32_t zero = layer.zero_point(c);
    for (size_t i = 0; i < layer.k; ++i) column[i] = static_cast<int16_t>(layer.level(c * layer.k + i) - zero);
    for (size_t i = layer.k; i < chain_columns.length(); ++i) column[i] = 0;
  };

  const int32_t chain = packing == Q8Packing::kChain ? chain_columns.cheapest(n, read) : kChainBytesOnly;
  auto* words = reinterpret_cast<int32_t*>(blocks->allocate(n * column_words * sizeof(int32_t), &packed->weights));
  if (!words) return false;
  const Columns columns = columns_of(layer, false);
  const int32_t zero = chain < 0 ? layer.input_zero - kChainCentre : layer.input_zero;
  packed->chain = chain;
  packed->extras = 0;
  packed->small_sums = has_small_sums(layer, columns);

  size_t first = 0, width = widths.width_at(0, n);
  const auto write = [&](size_t c, const int16_t* column) {
    if (c == first + width) {
      first = c;
      width = widths.width_at(c, n);
    }
    const size_t j = c - first;
    int32_t* panel = words + first * column_words;
    if (c < layer.outputs) {
      panel[j] = folded_bias(layer, columns, c, zero);
      memcpy(&panel[width + j], &columns.scale[c], sizeof(float));
    }
    int32_t* to = panel + 2 * width + j * depth_words;
    if (packing == Q8Packing::kPairs) {
      for (size_t i = 0; i < layer.k; i += 2, to += width) {
        *to = static_cast<int32_t>((column[i] & 0xffffu) | (column[i + 1] & 0xffffu) << 16);
      }
      return;
    }
    for (size_t quad = 0; quad < chain_columns.length() / 4; ++quad) {
      to[quad / depth_words * depth_words * width + quad % depth_words] = quad_of(column + 4 * quad);
    }
  };
  if (packing == Q8Packing::kPairs) {
    std::vector<int16_t> column(chain_columns.length());
    for (size_t c = 0; c < n; ++c) {
      read(c, column.data());
      write(c, column.data());
    }
    return true;
  }
  chain_columns.pack(n, chain, read, write);
  return pack_extras(blocks, chain_columns.extras(), n, &packed->extras);
}

bool pack_q8_depthwise(WeightBlocks* blocks, const Q8Layer& layer, size_t group, Q8Packed* packed) {
  const size_t channels = layer.outputs, taps = layer.k;
  const size_t group_bytes = group * q8_channel_bytes(taps);
  const size_t groups = (round_channels(channels) + group - 1) / group;
  uint8_t* to = blocks->allocate(groups * group_bytes, &packed->weights);
  if (!to) return false;
  const Columns columns = columns_of(layer, true);
  packed->small_sums = has_small_sums(layer, columns);
  for (size_t first = 0; first < channels; first += group, to += group_bytes) {
    const size_t used = std::min(group, channels - first);
    auto* bias = reinterpret_cast<int32_t*>(to);
    auto* body = reinterpret_cast<int16_t*>(to + kQ8HeadBytes * group);
    for (size_t c = 0; c < used; ++c) bias[c] = folded_bias(layer, columns, first + c, layer.input_zero);
    memcpy(bias + group, &columns.scale[first], used * sizeof(float));
    for (size_t tap = 0; tap < taps; ++tap) {
      for (size_t c = 0; c < used; ++c) {
        const int32_t weight = layer.level(tap * channels + first + c) - layer.zero_point(first + c);
        body[tap * group + c] = static_cast<int16_t>(weight);
      }
    }
  }
  return true;
}

}  // namespace mobilenet_edge
