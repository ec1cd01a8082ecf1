// f16_depthwise against plain loops that round every sum to a half: the same bits, for the 3x3 tiles with every
// combination of edges and the general path.
#include <memory>

#include "f16_support.h"

namespace mobilenet_edge {
namespace {

struct Shape {
  size_t rows, width, channels;  // of the output
  size_t kernel_height, kernel_width;
  size_t stride_height, stride_width;
  size_t dilation_height, dilation_width;
  size_t pad_left;
  size_t pad_right;  // how many columns the last window reaches beyond the picture
};

void test_shape(const Kernels& kernels, const Shape& s, Random& random) {
  const size_t input_rows = (s.rows - 1) * s.stride_height + (s.kernel_height - 1) * s.dilation_height + 1;
  const size_t reach = (s.width - 1) * s.stride_width + (s.kernel_width - 1) * s.dilation_width + 1;
  if (reach <= s.pad_left + s.pad_right) return;
  const size_t input_width = reach - s.pad_left - s.pad_right;
  const size_t taps = s.kernel_height * s.kernel_width;
  const size_t input_stride = s.channels + 8 * random.integer(0, 2), output_stride = s.channels + random.integer(0, 3);
  const std::vector<Half> weights = random_halves(random, taps * s.channels), bias = random_halves(random, s.channels);

  // Every row in a buffer of its own.
  std::vector<std::unique_ptr<GuardedHalves>> buffers;
  std::vector<const Half*> rows;
  for (size_t i = 0; i < input_rows; ++i) {
    const size_t extent = (input_width - 1) * input_stride + s.channels;
    buffers.push_back(std::make_unique<GuardedHalves>(random_halves(random, extent)));
    rows.push_back(buffers.back()->data());
  }
  GuardedHalves packed(pack_groups(weights, bias, taps, kernels.f16_geometry));
  GuardedHalves output((s.rows * s.width - 1) * output_stride + s.channels);
  const float lo = -0.5f, hi = 1.5f;
  kernels.f16_depthwise({rows.data(), s.rows, packed.data(), output.data(), s.channels, input_width, input_stride,
                         s.width, output_stride, s.kernel_height, s.kernel_width, s.stride_height, s.stride_width,
                         s.dilation_height, s.dilation_width, s.pad_left, lo, hi});

  bool right = true;
  for (size_t y = 0; y < s.rows; ++y) {
    for (size_t x = 0; x < s.width; ++x) {
      for (size_t c = 0; c < s.channels; ++c) {
        HalfChain chain(bias[c]);
        for (size_t tap = 0; tap < taps; ++tap) {
          const Half* row = rows[y * s.stride_height + tap / s.kernel_width * s.dilation_height];
          const int64_t column =
              (int64_t)(x * s.stride_width + tap % s.kernel_width * s.dilation_width) - (int64_t)s.pad_left;
          if (column < 0 || column >= (int64_t)input_width) continue;
          chain.add(row[column * input_stride + c], weights[tap * s.channels + c]);
        }
        chain.clamp(lo, hi);
        right &= same_value(output.data()[(y * s.width + x) * output_stride + c], chain.sum);
      }
    }
  }
  const std::string name = std::string(kernels.isa) + " f16 depthwise " + std::to_string(s.rows) + "x" +
                           std::to_string(s.width) + "x" + std::to_string(s.channels) + " stride " +
                           std::to_string(s.stride_width) + " pad " + std::to_string(s.pad_left) + "," +
                           std::to_string(s.pad_right);
  expect(right, name);
  bool intact = packed.intact() && output.intact();
  for (const auto& buffer : buffers) intact &= buffer->intact();
  expect(intact, name + " stays inside");
}

}  // namespace

void test_f16_depthwise(const Kernels& kernels) {
  Random random(22);
  for (size_t rows : {1, 2, 3}) {
    for (size_t width : {1, 2, 3, 4, 5, 7, 8, 14}) {
      for (size_t channels : {8, 24}) {
        for (size_t stride : {1, 2, 3}) {
          for (size_t pad_left : {0, 1, 2}) {
            for (size_t pad_right : {0, 1}) {
              test_shape(kernels, {rows, width, channels, 3, 3, stride, stride, 1, 1, pad_left, pad_right}, random);
            }
          }
        }
      }
    }
  }
  test_shape(kernels, {2, 6, 16, 5, 5, 1, 1, 1, 1, 2, 2}, random);
  test_shape(kernels, {3, 5, 8, 5, 3, 2, 1, 1, 1, 1, 1}, random);
  test_shape(kernels, {2, 6, 8, 3, 3, 1, 1, 2, 3, 2, 2}, random);
  test_shape(kernels, {2, 112, 32, 3, 3, 1, 1, 1, 1, 1, 1}, random);
  test_shape(kernels, {2, 56, 96, 3, 3, 2, 2, 1, 1, 0, 1}, random);
  test_shape(kernels, {2, 7, 960, 3, 3, 1, 1, 1, 1, 1, 1}, random);
}

}  // namespace mobilenet_edge
