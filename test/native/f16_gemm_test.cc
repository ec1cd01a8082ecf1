// f16_gemm against plain loops that round every sum to a half: the same bits, at tile edges and at shapes of the
// networks.
#include "f16_support.h"

namespace mobilenet_edge {
namespace {

struct Shape {
  size_t m, n, segments, segment_length;
  bool residual;
};

// Exactly what a matrix of strided rows needs.
size_t extent(size_t rows, size_t stride, size_t used) { return (rows - 1) * stride + used; }

void test_shape(const Kernels& kernels, const Shape& s, Random& random) {
  const size_t k = s.segments * s.segment_length;
  const size_t segment_stride = s.segments == 1 ? s.segment_length : s.segment_length + random.integer(0, 9);
  const size_t row_extent = (s.segments - 1) * segment_stride + s.segment_length;
  // Windows overlap in a convolution.
  const size_t input_stride = s.segments == 1 ? k + random.integer(0, 5) : random.integer(1, (int32_t)segment_stride);
  const size_t output_stride = s.n + random.integer(0, 5);
  const size_t residual_stride = s.n + random.integer(0, 5);
  const std::vector<Half> weights = random_halves(random, k * s.n), bias = random_halves(random, s.n);

  GuardedHalves input(random_halves(random, extent(s.m, input_stride, row_extent)));
  GuardedHalves packed(pack_panels(weights, bias, k, kernels.f16_geometry));
  GuardedHalves residual(random_halves(random, extent(s.m, residual_stride, s.n)));
  GuardedHalves output(extent(s.m, output_stride, s.n));
  const float lo = -1.5f, hi = 2, sum_lo = -1, sum_hi = 2.5f;
  kernels.f16_gemm({s.m, s.n, k, input.data(), input_stride, s.segments, s.segment_length, segment_stride,
                    packed.data(), output.data(), output_stride, s.residual ? residual.data() : nullptr,
                    residual_stride, lo, hi, sum_lo, sum_hi});

  bool right = true;
  std::vector<bool> written(output.size());
  for (size_t row = 0; row < s.m; ++row) {
    for (size_t column = 0; column < s.n; ++column) {
      HalfChain chain(bias[column]);
      for (size_t i = 0; i < k; ++i) {
        const size_t at = row * input_stride + i / s.segment_length * segment_stride + i % s.segment_length;
        chain.add(input.data()[at], weights[i * s.n + column]);
      }
      chain.clamp(lo, hi);
      if (s.residual) {
        chain.add(residual.data()[row * residual_stride + column]);
        chain.clamp(sum_lo, sum_hi);
      }
      right &= same_value(output.data()[row * output_stride + column], chain.sum);
      written[row * output_stride + column] = true;
    }
  }
  bool gaps = true;
  for (size_t i = 0; i < output.size(); ++i) gaps &= written[i] || output.data()[i] == Filler<Half>::kUnset;
  const std::string name = std::string(kernels.isa) + " f16 gemm m" + std::to_string(s.m) + " n" + std::to_string(s.n) +
                           " k" + std::to_string(s.segments) + "x" + std::to_string(s.segment_length);
  expect(right, name);
  expect(gaps && input.intact() && packed.intact() && residual.intact() && output.intact(), name + " stays inside");
}

}  // namespace

void test_f16_gemm(const Kernels& kernels) {
  Random random(21);
  for (size_t m : {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 49}) {
    for (size_t n : {8, 16, 24, 32, 40, 64, 72}) {
      for (size_t k : {1, 7, 8, 9, 16, 33}) test_shape(kernels, {m, n, 1, k, (m + n / 8 + k) % 2 == 0}, random);
    }
  }
  for (size_t m : {1, 7, 8, 9}) {
    for (size_t n : {8, 24, 32}) {
      for (size_t segments : {2, 3}) test_shape(kernels, {m, n, segments, 9, false}, random);
    }
  }
  test_shape(kernels, {196, 96, 1, 384, true}, random);
  test_shape(kernels, {49, 320, 1, 960, false}, random);
  test_shape(kernels, {1, 1000, 1, 1280, false}, random);
  test_shape(kernels, {784, 24, 1, 144, true}, random);

  // Beyond the range is infinity, which a clamp brings back; a NaN is no number to clamp.
  const Half large = to_half(65504);
  for (const auto& [value, expected] : {std::pair<double, double>{65504, 6}, {-65504, 0}, {NAN, NAN}}) {
    GuardedHalves input(std::vector<Half>(2, to_half(value))), output(8);
    GuardedHalves packed(std::vector<Half>(24, large));
    kernels.f16_gemm({1, 8, 2, input.data(), 2, 1, 2, 2, packed.data(), output.data(), 8, nullptr, 0, 0, 6, 0, 6});
    for (Half half : output.values()) {
      const double actual = from_half(half);
      expect(isnan(expected) ? isnan(actual) : actual == expected,
             std::string(kernels.isa) + " f16 gemm of " + std::to_string(value));
    }
  }
}

}  // namespace mobilenet_edge
