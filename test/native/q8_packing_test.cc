// The packing of integer weights. With a chain there are many right answers: panels and extras must sum to the weights,
// and every 16-bit sum that the kernels make of them must hold whatever the input.
#include <set>

#include "packed_blocks.h"

namespace mobilenet_edge {

template <>
struct Filler<int32_t> {
  static constexpr int32_t kUnset = -77777, kCanary = 12345;
};
template <>
struct Filler<double> {
  static constexpr double kUnset = NAN, kCanary = 12345.5;
};

namespace {

// kBytes: all weights are 127. kTight: as much as the 16-bit lanes of two centred quads hold, and now and then one
// more.
enum class Levels { kSmall, kUniform, kExtreme, kHighest, kLowest, kBytes, kTight };
constexpr Levels kLevels[] = {Levels::kSmall,  Levels::kUniform, Levels::kExtreme, Levels::kHighest,
                              Levels::kLowest, Levels::kBytes,   Levels::kTight};

// A layer as a model has it, each of its arrays guarded.
struct Layer {
  bool is_depthwise;
  std::string name;
  Q8Layer raw = {};
  GuardedArray<uint8_t> levels;
  GuardedArray<int32_t> zero_points, bias;
  GuardedArray<double> scales;

  Layer(size_t outputs, size_t k, bool depthwise, Levels kind, Random& random)
      : is_depthwise(depthwise),
        name(std::to_string(outputs) + "x" + std::to_string(k) + " levels " + std::to_string((int)kind)),
        levels(random.bytes(outputs * k)),
        zero_points(random.integer(0, 1) ? outputs : 1),
        bias(outputs),
        scales(random.integer(0, 1) ? outputs : 1) {
    raw.is_signed = random.integer(0, 1);
    const int32_t least = raw.is_signed ? -128 : 0;
    for (size_t i = 0; i < zero_points.size(); ++i) {
      zero_points.data()[i] = least + (kind == Levels::kSmall     ? 128
                                       : kind == Levels::kHighest ? 0
                                       : kind == Levels::kLowest  ? 255
                                       : kind == Levels::kBytes   ? 128
                                       : kind == Levels::kTight   ? 100
                                                                  : random.integer(0, 255));
    }
    for (size_t i = 0; i < levels.size(); ++i) {
      uint8_t& level = levels.data()[i];
      level = (uint8_t)(least + (kind == Levels::kSmall     ? 118 + level % 21
                                 : kind == Levels::kUniform ? level
                                 : kind == Levels::kExtreme ? level % 2 * 255
                                 : kind == Levels::kHighest ? 255
                                 : kind == Levels::kBytes   ? 255
                                 : kind == Levels::kLowest  ? 0
                                 : i % k % 8 < 4            ? 219
                                 : level < 2                ? 108
                                                            : 107));
    }
    for (size_t i = 0; i < scales.size(); ++i) scales.data()[i] = 1e-4 + 1e-3 * fabs(random.real());
    for (size_t c = 0; c < outputs; ++c) bias.data()[c] = random.integer(-20000, 20000);
    const bool is_centred = random.integer(0, 1);
    raw.levels = levels.data(), raw.outputs = outputs, raw.k = k;
    raw.zero_points = zero_points.data(), raw.zero_point_count = zero_points.size();
    raw.scales = scales.data(), raw.scale_count = scales.size();
    raw.bias = random.integer(0, 3) ? bias.data() : nullptr;
    raw.input_scale = 0.0235, raw.output_scale = 0.0471;
    raw.input_lo = is_centred ? -128 : 0, raw.input_hi = raw.input_lo + 255;
    raw.input_zero = random.integer(raw.input_lo, raw.input_hi);
  }

  // Column c of the product, 0 where there is none.
  int32_t weight(size_t i, size_t c) {
    if (i >= raw.k || c >= raw.outputs) return 0;
    const uint8_t level = levels.data()[is_depthwise ? i * raw.outputs + c : c * raw.k + i];
    return (raw.is_signed ? (int8_t)level : level) - zero_points.data()[zero_points.size() > 1 ? c : 0];
  }

  // What the kernels start their sums with, for inputs from which `centre` is taken.
  int32_t start(size_t c, int32_t centre) {
    int64_t sum = 0;
    for (size_t i = 0; i < raw.k; ++i) sum += weight(i, c);
    return c < raw.outputs ? (int32_t)(uint32_t)((raw.bias ? raw.bias[c] : 0) - (raw.input_zero - centre) * sum) : 0;
  }

  // Every step rounded to float32.
  float scale(size_t c) {
    if (c >= raw.outputs) return 0;
    const volatile float product = (float)(raw.input_scale * scales.data()[scales.size() > 1 ? c : 0]);
    return (float)(product / raw.output_scale);
  }

  // See small_sums in lib/program/schema.ts.
  bool has_small_sums() {
    for (size_t c = 0; c < raw.outputs; ++c) {
      double least = start(c, 0), most = least;
      for (size_t i = 0; i < raw.k; ++i) {
        const int32_t a = weight(i, c) * raw.input_lo, b = weight(i, c) * raw.input_hi;
        least += std::min(a, b);
        most += std::max(a, b);
      }
      const double largest = std::max(-least, most);
      if (largest >= 1 << 22 || largest * scale(c) >= 1 << 14) return false;
    }
    return true;
  }

  bool intact() { return levels.intact() && zero_points.intact() && bias.intact() && scales.intact(); }
};

// What is in the bytes of a column may meet any input: 16-bit sums of `quads` quads of both lanes hold.
bool holds(const std::vector<int32_t>& weights, int32_t chain) {
  bool holds = true;
  const size_t step = 4 * std::max(1, abs(chain));
  for (size_t from = 0; from < weights.size(); from += step) {
    int32_t up[2] = {}, down[2] = {}, magnitudes[2] = {};
    for (size_t i = from; i < std::min(from + step, weights.size()); ++i) {
      const size_t lane = i % 4 / 2;
      (weights[i] > 0 ? up : down)[lane] += weights[i];
      magnitudes[lane] += abs(weights[i]) + 1;
      holds &= chain > 0 || weights[i] >= -127;
    }
    for (size_t lane = 0; lane < 2; ++lane) {
      if (chain > 0) holds &= 255 * up[lane] <= INT16_MAX && 255 * down[lane] >= INT16_MIN;
      if (chain < 0) holds &= magnitudes[lane] <= 256;
    }
  }
  return holds;
}

// The bytes of extra quads, added to the columns (n, k) of whole quads that `weights` has.
bool add_extras(PackedBlocks* packed, const Q8Packed& fields, std::vector<std::vector<int32_t>>* weights) {
  const size_t vectors = weights->size() / 8;
  std::vector<int32_t> begin;
  for (size_t v = 0; v <= vectors; ++v) begin.push_back(packed->read<int32_t>(fields.extras + 4 * v));
  const auto next_line = [](size_t at) { return (at + 63) / 64 * 64; };
  const size_t offsets = next_line(fields.extras + 4 * begin.size());
  const size_t quads = next_line(offsets + 4 * begin.back());
  bool right = begin[0] == 0;
  for (size_t v = 0; v < vectors; ++v) {
    for (int32_t entry = begin[v]; entry < begin[v + 1]; ++entry) {
      const auto at = (size_t)packed->read<int32_t>(offsets + 4 * entry);
      if (at % 4 || at >= (*weights)[0].size()) return false;
      for (size_t j = 0; j < 8; ++j) {
        std::vector<int32_t> quad;
        for (size_t i = 0; i < 4; ++i) quad.push_back(packed->read<int8_t>(quads + 32 * entry + 4 * j + i));
        right &= holds(quad, (fields.chain > 0) - (fields.chain < 0));
        for (size_t i = 0; i < 4; ++i) (*weights)[8 * v + j][at + i] += quad[i];
      }
    }
  }
  return right;
}

// Returns the chain that was chosen.
int32_t test_panels(Layer layer, Q8Packing packing, PanelWidths widths) {
  const size_t n = (layer.raw.outputs + 7) / 8 * 8, k = layer.raw.k;
  Q8Packed fields = {};
  PackedBlocks packed(
      [&](WeightBlocks* blocks) { return pack_q8_panels(blocks, layer.raw, packing, widths, &fields); });
  const std::string name = layer.name + " packing " + std::to_string((int)packing) + " panels of " +
                           std::to_string(widths.panel) + ", last " + std::to_string(widths.last_panel);
  const int32_t chain = fields.chain;
  const bool is_allowed = packing == Q8Packing::kChain
                              ? chain == 1 || chain == 2 || chain == 4 || ((chain == -1 || chain == -2) && k <= 2048)
                              : chain == 0;
  expect(is_allowed && fields.small_sums == (int32_t)layer.has_small_sums(), name + ": fields");

  const bool is_pairs = packing == Q8Packing::kPairs;
  // Consecutive weights of a column that lie together.
  const size_t depth = is_pairs ? 2 : packing == Q8Packing::kSixteens ? 16 : 4;
  const size_t length = (k + depth - 1) / depth * depth;
  std::vector<std::vector<int32_t>> weights(n);
  bool right = true;
  size_t at = fields.weights;
  for_panels(n, widths, [&](size_t first, size_t width) {
    for (size_t c = first; c < first + width; ++c, at += 4) {
      right &= packed.read<int32_t>(at) == layer.start(c, chain < 0 ? 128 : 0);
      right &= packed.read<float>(at + 4 * width) == layer.scale(c);
    }
    at += 4 * width;
    for (size_t row = 0; row < length; row += depth) {
      for (size_t c = first; c < first + width; ++c) {
        for (size_t i = 0; i < depth; ++i, at += is_pairs ? 2 : 1) {
          weights[c].push_back(is_pairs ? packed.read<int16_t>(at) : packed.read<int8_t>(at));
        }
      }
    }
  });
  expect(right, name + ": biases and scales");
  right = true;
  for (const auto& column : weights) right &= is_pairs || holds(column, chain);
  expect(right && (is_pairs || add_extras(&packed, fields, &weights)), name + ": 16-bit sums hold");
  right = true;
  for (size_t c = 0; c < n; ++c) {
    for (size_t i = 0; i < length; ++i) right &= weights[c][i] == layer.weight(i, c);
  }
  expect(right, name);
  expect(packed.intact() && layer.intact(), name + " stays inside");
  return chain;
}

void test_depthwise(Layer layer, size_t group) {
  const size_t channels = layer.raw.outputs;
  Q8Packed fields = {};
  PackedBlocks packed([&](WeightBlocks* blocks) { return pack_q8_depthwise(blocks, layer.raw, group, &fields); });
  bool right = fields.small_sums == (int32_t)layer.has_small_sums();
  size_t at = fields.weights;
  for (size_t first = 0; first < channels; first += group) {
    for (size_t c = first; c < first + group; ++c, at += 4) right &= packed.read<int32_t>(at) == layer.start(c, 0);
    for (size_t c = first; c < first + group; ++c, at += 4) right &= packed.read<float>(at) == layer.scale(c);
    for (size_t tap = 0; tap < layer.raw.k; ++tap) {
      for (size_t c = first; c < first + group; ++c, at += 2) right &= packed.read<int16_t>(at) == layer.weight(tap, c);
    }
  }
  const std::string name = layer.name + " groups of " + std::to_string(group);
  expect(right, name);
  expect(packed.intact() && layer.intact(), name + " stays inside");
}

}  // namespace

void test_q8_packing() {
  Random random(32);
  std::set<int32_t> chains;
  size_t layers = 0;
  for (const Q8Packing packing : {Q8Packing::kPairs, Q8Packing::kChain, Q8Packing::kQuads, Q8Packing::kSixteens}) {
    for (const PanelWidths widths : kPanelWidths) {
      for (const size_t outputs : edges_of(widths)) {
        for (const size_t k : {1, 4, 15, 16, 17, 33}) {
          const Levels levels = kLevels[layers++ % std::size(kLevels)];
          chains.insert(test_panels({outputs, k, false, levels, random}, packing, widths));
        }
      }
    }
    // About the depth from which centred chains are not allowed, and a real layer.
    for (const Levels levels : kLevels) {
      for (const size_t k : {2047, 2048, 2049}) test_panels({9, k, false, levels, random}, packing, {16, 16});
      test_panels({96, 320, false, levels, random}, packing, {16, 16});
    }
  }
  expect(chains == std::set<int32_t>{0, 1, 2, 4, -1, -2}, "every chain is chosen for some layer");
  for (const size_t group : kGroups) {
    for (const size_t channels : {size_t{1}, group - 1, group, group + 1, 2 * group, 5 * group + 3}) {
      for (const size_t taps : {1, 9, 25}) {
        for (const Levels levels : kLevels) test_depthwise({channels, taps, true, levels, random}, group);
      }
    }
  }
}

}  // namespace mobilenet_edge
