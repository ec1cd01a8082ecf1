// Requantization in the products and depthwise convolutions of every table: ties, both ends of the type, sums up to the
// ends of int32, and scales so small that products are denormal numbers, which some vectors take for zeros. Weights are
// zeros, so that a sum is its bias.
#include <float.h>

#include "q8_support.h"

namespace mobilenet_edge {
namespace {

std::vector<int32_t> drawn_sums(Random& random) {
  std::vector<int32_t> sums = {INT32_MIN, INT32_MIN + 1, INT32_MAX, INT32_MAX - 1};
  for (int32_t near : {0, 1 << 15, 1 << 16, 1 << 22, 1 << 23, 1 << 24, 1 << 30}) {
    for (int32_t off = -5; off <= 5; ++off) {
      sums.push_back(near + off);
      sums.push_back(-near + off);
    }
  }
  // All results of an 8-bit type and what lies halfway between them.
  for (int32_t sum = -520; sum <= 520; ++sum) sums.push_back(sum);
  for (int32_t bits = 1; bits <= 31; ++bits) {
    for (int i = 0; i < 8; ++i) sums.push_back((int32_t)random.next() >> (31 - bits));
  }
  return sums;
}

std::vector<float> drawn_scales(Random& random) {
  std::vector<float> scales = {FLT_TRUE_MIN, FLT_MIN / 3, FLT_MIN, 1e-30f, 1e-9f, 0.125f, 0.25f, 0.5f,
                               0.75f,        1,           1.5f,    3,      1e4f,  1e9f,   1e30f, FLT_MAX};
  for (int i = 0; i < 32; ++i) scales.push_back(ldexpf(fabsf(random.real()) + FLT_MIN, -random.integer(0, 24)));
  return scales;
}

// Every sum with each of the scales.
void test_scale(const Kernels& kernels, const std::vector<int32_t>& sums, float scale, Random& random) {
  constexpr size_t kTaps = 9;
  const size_t n = sums.size();
  Q8Weights weights;
  weights.values.assign(kTaps * n, 0);
  weights.bias = sums;
  weights.scale.assign(n, scale);
  Q8Output to = draw_q8_output(random, kernels.q8_geometry);
  to.small_sums = small_q8_sums(weights, kernels.q8_geometry);

  const PackedQ8Weights packed = pack_q8_panels(weights, 1, kernels.q8_geometry);
  GuardedArray<uint8_t> input(draw_q8_input(random, 3 * kQ8ReadDepth, kernels.q8_geometry));
  GuardedArray<uint8_t> panels(packed.panels), products(3 * n);
  kernels.q8_gemm({3, n, kTaps, input.data(), kQ8ReadDepth, panels.data(), packed.chain, q8_extras(packed.extras, n),
                   products.data(), n, to});

  constexpr size_t kWidth = 5;
  GuardedArray<uint8_t> row(draw_q8_input(random, kWidth * n, kernels.q8_geometry));
  const uint8_t* rows[3] = {row.data(), row.data(), row.data()};
  GuardedArray<uint8_t> groups(pack_q8_groups(weights, kernels.q8_geometry)), convolved(kWidth * n);
  kernels.q8_depthwise({rows, 1, groups.data(), convolved.data(), n, kWidth, n, kWidth, n, 3, 3, 1, 1, 1, 1,
                        /*pad_left=*/1, to.output_zero, to});

  bool products_right = true, convolved_right = true;
  for (size_t c = 0; c < n; ++c) {
    const uint8_t expected = requantized(sums[c], scale, to);
    for (size_t m = 0; m < 3; ++m) products_right &= products.data()[m * n + c] == expected;
    for (size_t x = 0; x < kWidth; ++x) convolved_right &= convolved.data()[x * n + c] == expected;
  }
  char number[32];
  snprintf(number, sizeof number, "%g", scale);
  const std::string name =
      std::string(kernels.isa) + " requantization by " + number + (to.small_sums ? " of small sums" : "");
  expect(products_right, name + " in a product");
  expect(convolved_right, name + " in a depthwise convolution");
}

}  // namespace

void test_q8_requantize(const Kernels& kernels) {
  Random random(17);
  std::vector<int32_t> sums = drawn_sums(random), small;
  for (int32_t sum : sums) {
    if (sum > -(1 << 14) && sum < 1 << 14) small.push_back(sum);
  }
  // Whole panels and groups of channels.
  const size_t width = std::max(8, kernels.q8_geometry.channel_group);
  for (auto* list : {&sums, &small}) list->resize((list->size() + width - 1) / width * width);
  for (float scale : drawn_scales(random)) {
    for (int i = 0; i < 4; ++i) {
      test_scale(kernels, sums, scale, random);
      test_scale(kernels, small, scale, random);
    }
  }
}

}  // namespace mobilenet_edge
