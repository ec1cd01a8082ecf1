// The packing of float weights: every number where the kernels look for it, and nothing else anywhere.
#include "f16_support.h"
#include "packed_blocks.h"

namespace mobilenet_edge {
namespace {

template <typename Element>
std::vector<Element> draw(size_t count, Random& random);
template <>
std::vector<float> draw(size_t count, Random& random) {
  return random.reals(count);
}
template <>
std::vector<Half> draw(size_t count, Random& random) {
  return random_halves(random, count);
}

template <typename Element>
void test_panels(size_t outputs, size_t k, PanelWidths widths, bool has_bias, Random& random) {
  const size_t n = (outputs + 7) / 8 * 8;
  GuardedArray<Element> weights(draw<Element>(outputs * k, random)), bias(draw<Element>(outputs, random));
  const FloatFilter<Element> filter = {weights.data(), has_bias ? bias.data() : nullptr, outputs, k};
  size_t offset = 0;
  PackedBlocks packed([&](WeightBlocks* blocks) { return pack_panels(blocks, filter, widths, &offset); });

  bool right = true;
  size_t at = offset;
  const auto is_next = [&](Element expected) {
    right &= packed.read<Element>(at) == expected;
    at += sizeof(Element);
  };
  for_panels(n, widths, [&](size_t first, size_t width) {
    for (size_t c = first; c < first + width; ++c) is_next(has_bias && c < outputs ? bias.data()[c] : 0);
    for (size_t i = 0; i < k; ++i) {
      for (size_t c = first; c < first + width; ++c) is_next(c < outputs ? weights.data()[c * k + i] : 0);
    }
  });
  expect(right && packed.intact() && weights.intact() && bias.intact(),
         "panels of " + std::to_string(widths.panel) + ", last " + std::to_string(widths.last_panel) + ": " +
             std::to_string(outputs) + "x" + std::to_string(k));
}

template <typename Element>
void test_depthwise(size_t channels, size_t taps, size_t group, bool has_bias, Random& random) {
  GuardedArray<Element> weights(draw<Element>(taps * channels, random)), bias(draw<Element>(channels, random));
  size_t offset = 0;
  PackedBlocks packed([&](WeightBlocks* blocks) {
    return pack_depthwise(blocks, weights.data(), has_bias ? bias.data() : nullptr, taps, channels, group, &offset);
  });

  bool right = true;
  size_t at = offset;
  const auto is_next = [&](Element expected) {
    right &= packed.read<Element>(at) == expected;
    at += sizeof(Element);
  };
  for (size_t first = 0; first < channels; first += group) {
    for (size_t c = first; c < first + group; ++c) is_next(has_bias && c < channels ? bias.data()[c] : 0);
    for (size_t tap = 0; tap < taps; ++tap) {
      for (size_t c = first; c < first + group; ++c) is_next(c < channels ? weights.data()[tap * channels + c] : 0);
    }
  }
  expect(right && packed.intact() && weights.intact() && bias.intact(),
         "groups of " + std::to_string(group) + ": " + std::to_string(channels) + "x" + std::to_string(taps));
}

template <typename Element>
void test_element(Random& random) {
  for (const PanelWidths widths : kPanelWidths) {
    for (const size_t outputs : edges_of(widths)) {
      // Rows are written in blocks of 64.
      for (const size_t k : {1, 7, 63, 64, 65, 130}) test_panels<Element>(outputs, k, widths, k != 7, random);
    }
  }
  for (const size_t group : kGroups) {
    for (const size_t channels : {size_t{1}, group - 1, group, group + 1, 2 * group, 5 * group + 3}) {
      for (const size_t taps : {1, 9, 25}) test_depthwise<Element>(channels, taps, group, taps != 1, random);
    }
  }
}

}  // namespace

void test_packing() {
  Random random(31);
  test_element<float>(random);
  test_element<Half>(random);
}

}  // namespace mobilenet_edge
