// q8_depthwise against plain sums: 3x3 with every combination of edges, and the general path.
#include <memory>

#include "q8_support.h"

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

void test_shape(const Kernels& kernels, const Shape& s, Draw draw, Random& random) {
  const size_t input_rows = (s.rows - 1) * s.stride_height + (s.kernel_height - 1) * s.dilation_height + 1;
  const size_t reach = (s.width - 1) * s.stride_width + (s.kernel_width - 1) * s.dilation_width + 1;
  if (reach <= s.pad_left + s.pad_right) return;
  const size_t input_width = reach - s.pad_left - s.pad_right;
  const size_t taps = s.kernel_height * s.kernel_width, group = kernels.q8_geometry.channel_group;
  const size_t padded = (s.channels + group - 1) / group * group;
  const size_t input_stride = padded + random.integer(0, 9), output_stride = padded + random.integer(0, 9);
  const Q8Weights weights = draw_q8_weights(random, taps, s.channels, draw);
  Q8Output to = draw_q8_output(random, kernels.q8_geometry);
  to.small_sums = small_q8_sums(weights, kernels.q8_geometry);
  const int32_t input_zero = draw_q8_value(random, kernels.q8_geometry);

  // Every row in a buffer of its own.
  std::vector<std::unique_ptr<GuardedArray<uint8_t>>> buffers;
  std::vector<const uint8_t*> rows;
  for (size_t i = 0; i < input_rows; ++i) {
    const std::vector<uint8_t> values =
        draw_q8_input(random, (input_width - 1) * input_stride + padded, kernels.q8_geometry);
    buffers.push_back(std::make_unique<GuardedArray<uint8_t>>(values));
    rows.push_back(buffers.back()->data());
  }
  GuardedArray<uint8_t> packed(pack_q8_groups(weights, kernels.q8_geometry));
  GuardedArray<uint8_t> output((s.rows * s.width - 1) * output_stride + padded);
  kernels.q8_depthwise({rows.data(), s.rows, packed.data(), output.data(), s.channels, input_width, input_stride,
                        s.width, output_stride, s.kernel_height, s.kernel_width, s.stride_height, s.stride_width,
                        s.dilation_height, s.dilation_width, s.pad_left, input_zero, to});

  bool right = true;
  for (size_t y = 0; y < s.rows; ++y) {
    for (size_t x = 0; x < s.width; ++x) {
      for (size_t c = 0; c < s.channels; ++c) {
        int64_t sum = weights.bias[c];
        for (size_t tap = 0; tap < taps; ++tap) {
          const uint8_t* row = rows[y * s.stride_height + tap / s.kernel_width * s.dilation_height];
          const int64_t column =
              (int64_t)(x * s.stride_width + tap % s.kernel_width * s.dilation_width) - (int64_t)s.pad_left;
          const bool inside = column >= 0 && column < (int64_t)input_width;
          const int32_t value = inside ? value_of(row[column * input_stride + c], kernels.q8_geometry) : input_zero;
          sum += value * weights.values[tap * s.channels + c];
        }
        right &= output.data()[(y * s.width + x) * output_stride + c] == requantized(sum, weights.scale[c], to);
      }
    }
  }
  const std::string name =
      std::string(kernels.isa) + " q8 depthwise " + std::to_string(s.rows) + "x" + std::to_string(s.width) + "x" +
      std::to_string(s.channels) + " kernel " + std::to_string(s.kernel_height) + "x" + std::to_string(s.kernel_width) +
      " stride " + std::to_string(s.stride_width) + " pad " + std::to_string(s.pad_left) + "," +
      std::to_string(s.pad_right) + " draw " + std::to_string((int)draw) + (to.small_sums ? " small" : "");
  expect(right, name);
  bool intact = packed.intact() && output.intact();
  for (const auto& buffer : buffers) intact &= buffer->intact();
  expect(intact, name + " stays inside");
}

}  // namespace

void test_q8_depthwise(const Kernels& kernels) {
  Random random(12);
  for (Draw draw : kDraws) {
    for (size_t rows : {1, 2, 3, 5}) {
      for (size_t width : {1, 2, 3, 7, 8, 33}) {
        for (size_t channels : {8, 16, 24}) {
          for (size_t stride : {1, 2, 3}) {
            for (size_t pad_left : {0, 1, 2}) {
              for (size_t pad_right : {0, 1, 2}) {
                test_shape(kernels, {rows, width, channels, 3, 3, stride, stride, 1, 1, pad_left, pad_right}, draw,
                           random);
              }
            }
          }
        }
      }
    }
    // Blocks of every number of groups, whole and not.
    for (size_t rows : {1, 2, 3}) {
      for (size_t width : {1, 2, 5, 8}) {
        for (size_t channels : {40, 56, 64, 72, 112}) {
          for (size_t stride : {1, 2}) {
            for (size_t pad_left : {0, 1}) {
              for (size_t pad_right : {0, 1}) {
                test_shape(kernels, {rows, width, channels, 3, 3, stride, stride, 1, 1, pad_left, pad_right}, draw,
                           random);
              }
            }
          }
        }
      }
    }
    test_shape(kernels, {2, 6, 16, 5, 5, 1, 1, 1, 1, 2, 2}, draw, random);
    test_shape(kernels, {3, 5, 8, 5, 3, 2, 1, 1, 1, 1, 1}, draw, random);
    test_shape(kernels, {2, 6, 8, 3, 3, 1, 1, 2, 3, 2, 2}, draw, random);
    test_shape(kernels, {1, 1, 32, 7, 7, 1, 1, 1, 1, 0, 0}, draw, random);
    test_shape(kernels, {2, 6, 8, 3, 3, 1, 2, 1, 1, 1, 0}, draw, random);
    test_shape(kernels, {2, 112, 32, 3, 3, 1, 1, 1, 1, 1, 1}, draw, random);
    test_shape(kernels, {2, 56, 96, 3, 3, 2, 2, 1, 1, 0, 1}, draw, random);
    test_shape(kernels, {2, 7, 960, 3, 3, 1, 1, 1, 1, 1, 1}, draw, random);
  }
}

}  // namespace mobilenet_edge
