// q8_gemm against plain sums: tile edges, shapes of the networks, and weights that do not fit 8 bits or overflow every
// chain.
#include "q8_support.h"

namespace mobilenet_edge {
namespace {

void test_shape(const Kernels& kernels, size_t m, size_t k, size_t n, Draw draw, int32_t chain, Random& random) {
  const size_t read = (k + kQ8ReadDepth - 1) / kQ8ReadDepth * kQ8ReadDepth;
  const size_t input_stride = read + random.integer(0, 9), output_stride = n + random.integer(0, 9);
  const Q8Weights weights = draw_q8_weights(random, k, n, draw);
  const PackedQ8Weights packed = pack_q8_panels(weights, chain, kernels.q8_geometry);
  Q8Output to = draw_q8_output(random, kernels.q8_geometry);
  to.small_sums = small_q8_sums(weights, kernels.q8_geometry);
  GuardedArray<uint8_t> input(draw_q8_input(random, (m - 1) * input_stride + read, kernels.q8_geometry));
  GuardedArray<uint8_t> panels(packed.panels);
  GuardedArray<uint8_t> output((m - 1) * output_stride + n);
  kernels.q8_gemm({m, n, k, input.data(), input_stride, panels.data(), packed.chain, q8_extras(packed.extras, n),
                   output.data(), output_stride, to});

  bool right = true, gaps = true;
  for (size_t row = 0; row < m; ++row) {
    for (size_t column = 0; column < output_stride; ++column) {
      const size_t at = row * output_stride + column;
      if (column >= n) {
        if (row + 1 < m) gaps &= output.data()[at] == Filler<uint8_t>::kUnset;
        continue;
      }
      int64_t sum = weights.bias[column];
      for (size_t i = 0; i < k; ++i) {
        sum += value_of(input.data()[row * input_stride + i], kernels.q8_geometry) * weights.values[i * n + column];
      }
      right &= output.data()[at] == requantized(sum, weights.scale[column], to);
    }
  }
  const std::string name = std::string(kernels.isa) + " q8 gemm " + std::to_string(m) + "x" + std::to_string(k) + "x" +
                           std::to_string(n) + " draw " + std::to_string((int)draw) + " chain " +
                           std::to_string(chain) + (to.small_sums ? " small" : "");
  expect(right, name);
  expect(gaps && input.intact() && panels.intact() && output.intact(), name + " stays inside");
}

}  // namespace

void test_q8_gemm(const Kernels& kernels) {
  Random random(11);
  for (int32_t chain : kChains) {
    if (kernels.q8_geometry.packing != Q8Packing::kChain && chain != 1) continue;
    for (Draw draw : kDraws) {
      for (size_t m : {1, 2, 3, 4, 5, 6, 7, 11, 13}) {
        for (size_t n : {8, 16, 24, 40}) {
          for (size_t k : {1, 3, 4, 8, 15, 16, 17, 24, 27, 32, 33, 40}) {
            test_shape(kernels, m, k, n, draw, chain, random);
          }
        }
      }
      test_shape(kernels, 49, 320, 96, draw, chain, random);
      test_shape(kernels, 2, 1280, 1000, draw, chain, random);
      test_shape(kernels, 7, kChainCentredDepth, 8, draw, chain, random);
    }
  }
}

}  // namespace mobilenet_edge
