#include "q8_support.h"

#include <array>
#include <numeric>

#include "../../native/ops/q8_ops.h"

namespace mobilenet_edge {
namespace {

template <typename Value>
void append(std::vector<uint8_t>* to, const Value* values, size_t count) {
  const auto* raw = reinterpret_cast<const uint8_t*>(values);
  to->insert(to->end(), raw, raw + count * sizeof(Value));
}

// What limits the bytes of a quad: nothing but the byte, or 16-bit lanes.
enum class Limit { kByte, kLane, kCentredLane };

Limit limit_of(int32_t chain) { return chain == 0 ? Limit::kByte : chain < 0 ? Limit::kCentredLane : Limit::kLane; }

// Moves as much of the values into bytes as the 16-bit lanes of `length` quads from `from` on can hold for any input:
// of bytes, positive ones of a lane may sum up to 128, and negative ones to -128; of centred bytes, which reach -128,
// the sum of |value| + 1 may be 256.
std::vector<int8_t> take(std::vector<int32_t>* values, size_t from, size_t length, Limit limit) {
  std::vector<int8_t> taken(4 * length);
  const bool lane = limit == Limit::kLane;
  const int32_t most = limit == Limit::kByte ? INT32_MAX : lane ? 128 : 256 - 2 * (int32_t)length;
  int32_t room[2][2] = {{most, most}, {most, most}};
  for (size_t i = 0; i < taken.size() && from + i < values->size(); ++i) {
    int32_t& value = (*values)[from + i];
    int32_t& left = room[i % 4 / 2][lane && value > 0];
    const int32_t part = std::min({abs(value), left, lane && value < 0 ? 128 : 127});
    taken[i] = (int8_t)(value < 0 ? -part : part);
    value -= taken[i];
    left -= part;
  }
  return taken;
}

bool any(const std::vector<int32_t>& values, size_t from) {
  return std::any_of(values.begin() + from, values.begin() + std::min(from + 4, values.size()),
                     [](int32_t value) { return value != 0; });
}

}  // namespace

Q8Weights draw_q8_weights(Random& random, size_t rows, size_t columns, Draw draw) {
  Q8Weights weights;
  for (size_t i = 0; i < rows * columns; ++i) {
    const int32_t sign = random.integer(0, 1) ? 1 : -1;
    weights.values.push_back(draw == Draw::kSmall      ? random.integer(-9, 9)
                             : draw == Draw::kUniform  ? random.integer(-255, 255)
                             : draw == Draw::kExtreme  ? sign * random.integer(0, 1) * 255
                             : draw == Draw::kPositive ? 255
                             : draw == Draw::kBytes    ? sign * std::min(127, random.integer(0, 190))
                             : draw == Draw::kThirds   ? sign * 85
                                                       : -255);
  }
  // Tame sums may be small ones, see small_q8_sums.
  const int32_t least_kind = std::array<int32_t, 4>{0, 0, 2, 5}[random.integer(0, 3)];
  const int32_t most_bias = least_kind == 0 ? 200000 : 20000;
  for (size_t c = 0; c < columns; ++c) {
    // Now and then far outside the type, so that nothing but the clamp keeps a float convertible; and ties.
    const int32_t kind = random.integer(least_kind, 9);
    weights.bias.push_back(kind == 0 ? random.integer(-1000000000, 1000000000) : random.integer(-most_bias, most_bias));
    weights.scale.push_back(kind < 2   ? 100 * fabsf(random.real())
                            : kind < 5 ? 0.5f
                                       : fabsf(random.real()) * 255 / (float)(1000 + 128 * rows));
  }
  return weights;
}

std::vector<uint8_t> draw_q8_input(Random& random, size_t count, const Q8Geometry& geometry) {
  std::vector<uint8_t> values = random.bytes(count);
  const int32_t kind = random.integer(0, 5);
  for (uint8_t& value : values) {
    if (kind < 3) {
      value = (uint8_t)(kind == 0 || (kind == 1 && value & 1) ? most_value(geometry) : least_value(geometry));
    }
  }
  return values;
}

Q8Output draw_q8_output(Random& random, const Q8Geometry& geometry) {
  Q8Output to = {random.integer(0, 2) * 100, 0, 255};
  if (random.integer(0, 1)) {
    to.lo = random.integer(0, 130);
    to.hi = random.integer(to.lo, 255);
  }
  for (int32_t* value : {&to.output_zero, &to.lo, &to.hi}) *value += least_value(geometry);
  return to;
}

bool small_q8_sums(const Q8Weights& weights, const Q8Geometry& geometry) {
  for (size_t c = 0; c < weights.columns(); ++c) {
    double largest = fabs((double)weights.bias[c]);
    for (size_t i = 0; i < weights.rows(); ++i) {
      largest += fabs((double)weights.values[i * weights.columns() + c]) * (geometry.is_signed ? 128 : 255);
    }
    if (largest >= 1 << 22 || largest * weights.scale[c] >= 32000) return false;
  }
  return true;
}

PackedQ8Weights pack_q8_panels(const Q8Weights& weights, int32_t chain, const Q8Geometry& geometry) {
  const size_t n = weights.columns(), k = weights.rows();
  PackedQ8Weights packed;
  const bool is_chain = geometry.packing == Q8Packing::kChain;
  packed.chain = is_chain ? chain : 0;
  const bool sixteens = geometry.packing == Q8Packing::kSixteens;
  const Limit limit = limit_of(packed.chain);
  std::vector<std::vector<int32_t>> rest(n);
  for (size_t j = 0; j < n; ++j) {
    for (size_t i = 0; i < k; ++i) rest[j].push_back(weights.values[i * n + j]);
  }
  for (size_t column = 0, width; column < n; column += width) {
    width = n - column <= (size_t)geometry.last_panel ? n - column : geometry.panel;
    for (size_t j = column; j < column + width; ++j) {
      // Centred inputs are less by 128.
      const int32_t sum = packed.chain < 0 ? std::accumulate(rest[j].begin(), rest[j].end(), 0) : 0;
      const int32_t bias = weights.bias[j] + 128 * sum;
      append(&packed.panels, &bias, 1);
    }
    append(&packed.panels, &weights.scale[column], width);
    if (geometry.packing == Q8Packing::kPairs) {
      for (size_t i = 0; i < k; i += 2) {
        for (size_t j = column; j < column + width; ++j) {
          const int16_t pair[] = {(int16_t)rest[j][i], (int16_t)(i + 1 < k ? rest[j][i + 1] : 0)};
          append(&packed.panels, pair, 2);
        }
      }
      continue;
    }
    // How many quads are taken together: by the layout, or because they are summed in 16 bits.
    const size_t step = sixteens ? 4 : is_chain ? abs(chain) : 1;
    for (size_t i = 0; i < (k + 3) / 4; i += step) {
      const size_t length = sixteens ? step : std::min(step, (k + 3) / 4 - i);
      std::vector<std::vector<int8_t>> quads;
      for (size_t j = column; j < column + width; ++j) quads.push_back(take(&rest[j], 4 * i, length, limit));
      if (sixteens) {
        for (const auto& quad : quads) append(&packed.panels, quad.data(), quad.size());
        continue;
      }
      for (size_t d = 0; d < length; ++d) {
        for (const auto& quad : quads) append(&packed.panels, &quad[4 * d], 4);
      }
    }
  }
  if (geometry.packing == Q8Packing::kPairs) return packed;

  std::vector<int32_t> begin = {0}, offsets;
  std::vector<uint8_t> quads;
  for (size_t column = 0; column < n; column += 8) {
    for (size_t i = 0; i < k; i += 4) {
      while (std::any_of(&rest[column], &rest[column] + 8, [&](const auto& values) { return any(values, i); })) {
        offsets.push_back((int32_t)i);
        for (size_t j = column; j < column + 8; ++j) append(&quads, take(&rest[j], i, 1, limit).data(), 4);
      }
    }
    begin.push_back((int32_t)offsets.size());
  }
  const Q8ExtrasLayout layout((int32_t)n, offsets.size());
  append(&packed.extras, begin.data(), begin.size());
  packed.extras.resize(layout.offsets);
  append(&packed.extras, offsets.data(), offsets.size());
  packed.extras.resize(layout.quads);
  append(&packed.extras, quads.data(), quads.size());
  return packed;
}

std::vector<uint8_t> pack_q8_groups(const Q8Weights& weights, const Q8Geometry& geometry) {
  const size_t channels = weights.columns(), group = geometry.channel_group;
  std::vector<uint8_t> packed;
  for (size_t c = 0; c < channels; c += group) {
    const auto part = [&](auto zero, const auto& values, size_t from) {
      for (size_t j = c; j < c + group; ++j) {
        const auto value = j < channels ? (decltype(zero))values[from + j] : zero;
        append(&packed, &value, 1);
      }
    };
    part((int32_t)0, weights.bias, 0);
    part(0.0f, weights.scale, 0);
    for (size_t tap = 0; tap < weights.rows(); ++tap) part((int16_t)0, weights.values, tap * channels);
  }
  return packed;
}

Q8Extras q8_extras(const std::vector<uint8_t>& extras, size_t n) {
  if (extras.empty()) return {};
  Q8Extras parts = {};
  parts.begin = reinterpret_cast<const int32_t*>(extras.data());
  const Q8ExtrasLayout layout((int32_t)n, parts.begin[n / 8]);
  parts.offsets = reinterpret_cast<const int32_t*>(extras.data() + layout.offsets);
  parts.quads = reinterpret_cast<const int8_t*>(extras.data() + layout.quads);
  return parts;
}

}  // namespace mobilenet_edge
