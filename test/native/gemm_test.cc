// f32_gemm against plain loops in double, at tile edges and at shapes of the networks.
#include "support.h"

namespace mobilenet_edge {
namespace {

struct Shape {
  size_t m, n, segments, segment_length;
  bool residual;
};

// Exactly the bytes that a matrix of strided rows needs.
size_t extent(size_t rows, size_t stride, size_t used) { return (rows - 1) * stride + used; }

void test_shape(const Kernels& kernels, const Shape& s, Random& random) {
  const size_t k = s.segments * s.segment_length;
  const size_t segment_stride = s.segments == 1 ? s.segment_length : s.segment_length + random.integer(0, 9);
  const size_t row_extent = (s.segments - 1) * segment_stride + s.segment_length;
  // Windows overlap in a convolution.
  const size_t input_stride = s.segments == 1 ? k + random.integer(0, 5) : random.integer(1, (int32_t)segment_stride);
  const size_t output_stride = s.n + random.integer(0, 5);
  const size_t residual_stride = s.n + random.integer(0, 5);
  const std::vector<float> weights = random.reals(k * s.n), bias = random.reals(s.n);

  Guarded input(random.reals(extent(s.m, input_stride, row_extent)));
  Guarded packed(pack_panels(weights, bias, k, kernels.geometry));
  Guarded residual(random.reals(extent(s.m, residual_stride, s.n)));
  Guarded output(extent(s.m, output_stride, s.n));
  const float lo = -1.5f, hi = 2, sum_lo = -1, sum_hi = 2.5f;
  kernels.f32_gemm({s.m, s.n, k, input.data(), input_stride, s.segments, s.segment_length, segment_stride,
                    packed.data(), output.data(), output_stride, s.residual ? residual.data() : nullptr,
                    residual_stride, lo, hi, sum_lo, sum_hi});

  bool right = true;
  std::vector<bool> written(output.size());
  for (size_t row = 0; row < s.m; ++row) {
    for (size_t column = 0; column < s.n; ++column) {
      Exact sum;
      sum.add(bias[column]);
      for (size_t i = 0; i < k; ++i) {
        const size_t at = row * input_stride + i / s.segment_length * segment_stride + i % s.segment_length;
        sum.add((double)input.data()[at] * weights[i * s.n + column]);
      }
      const float actual = output.data()[row * output_stride + column];
      written[row * output_stride + column] = true;
      if (s.residual) {
        sum.value = std::min((double)hi, std::max((double)lo, sum.value));
        sum.add(residual.data()[row * residual_stride + column]);
        right &= near(actual, sum, sum_lo, sum_hi);
      } else {
        right &= near(actual, sum, lo, hi);
      }
    }
  }
  bool gaps = true;
  for (size_t i = 0; i < output.size(); ++i) gaps &= written[i] || isnan(output.data()[i]);
  const std::string name = std::string(kernels.isa) + " gemm m" + std::to_string(s.m) + " n" + std::to_string(s.n) +
                           " k" + std::to_string(s.segments) + "x" + std::to_string(s.segment_length);
  expect(right, name);
  expect(gaps && input.intact() && packed.intact() && residual.intact() && output.intact(), name + " stays inside");
}

}  // namespace

void test_gemm(const Kernels& kernels) {
  Random random(1);
  for (size_t m : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 49}) {
    for (size_t n : {8, 16, 24, 32, 40, 48, 56, 64}) {
      for (size_t k : {1, 2, 7, 16, 33}) {
        for (bool residual : {false, true}) test_shape(kernels, {m, n, 1, k, residual}, random);
      }
    }
  }
  for (size_t m : {1, 5, 6, 111}) {
    for (size_t n : {8, 24, 32}) {
      for (size_t segments : {2, 3, 5}) test_shape(kernels, {m, n, segments, 9, false}, random);
    }
  }
  test_shape(kernels, {196, 96, 1, 384, true}, random);
  test_shape(kernels, {49, 320, 1, 960, false}, random);
  test_shape(kernels, {1, 1000, 1, 1280, false}, random);
  test_shape(kernels, {784, 24, 1, 144, true}, random);

  // A NaN is no number to clamp.
  Guarded input(std::vector<float>{NAN}), output(8), packed(std::vector<float>(16, 1.0f));
  kernels.f32_gemm({1, 8, 1, input.data(), 1, 1, 1, 1, packed.data(), output.data(), 8, nullptr, 0, 0, 6, 0, 6});
  for (float value : output.values()) expect(isnan(value), std::string(kernels.isa) + " gemm keeps NaN");
}

}  // namespace mobilenet_edge
