#include <math.h>

#include "ops.h"

namespace mobilenet_edge {
namespace {

// Output pixel (y, x) to `output`, in float32; read(pixel) gives the channels of an input pixel.
template <typename Op, typename Read>
void pool_pixel(const Op& op, int32_t y, int32_t x, float* output, Read read) {
  for (int32_t c = 0; c < op.channels; ++c) output[c] = op.is_max ? -INFINITY : 0;
  int32_t count = 0;
  for (int32_t ky = 0; ky < op.kernel_height; ++ky) {
    const int32_t row = y * op.stride_height - op.pad_top + ky * op.dilation_height;
    if (row < 0 || row >= op.input_height) continue;
    for (int32_t kx = 0; kx < op.kernel_width; ++kx) {
      const int32_t column = x * op.stride_width - op.pad_left + kx * op.dilation_width;
      if (column < 0 || column >= op.input_width) continue;
      const float* pixel = read((size_t)row * op.input_width + column);
      ++count;
      if (op.is_max) {
        // A NaN is no maximum: it stays.
        for (int32_t c = 0; c < op.channels; ++c) output[c] = output[c] >= pixel[c] ? output[c] : pixel[c];
      } else {
        for (int32_t c = 0; c < op.channels; ++c) output[c] += pixel[c];
      }
    }
  }
  for (int32_t c = 0; c < op.channels; ++c) {
    output[c] = clamp(op.is_max ? output[c] : output[c] / (float)count, op.lo, op.hi);
  }
}

}  // namespace

void run_pool(const Context& context, const PoolOp& op, int32_t y) {
  const float* input = context.activations(op.input);
  float* output = context.activations(op.output) + (size_t)y * op.output_width * op.output_stride;
  for (int32_t x = 0; x < op.output_width; ++x, output += op.output_stride) {
    pool_pixel(op, y, x, output, [&](size_t pixel) { return input + pixel * op.input_stride; });
  }
}

void run_pool(const Context& context, const F16PoolOp& op, int32_t y) {
  const Half* input = context.activations<Half>(op.input);
  Half* output = context.activations<Half>(op.output) + (size_t)y * op.output_width * op.output_stride;
  float* sums = context.own(op.sums);
  float* values = sums + op.channels;
  for (int32_t x = 0; x < op.output_width; ++x, output += op.output_stride) {
    pool_pixel(op, y, x, sums, [&](size_t pixel) {
      context.kernels->f16_to_f32(input + pixel * op.input_stride, values, op.channels);
      return values;
    });
    context.kernels->f16_from_f32(sums, output, op.channels);
  }
}

}  // namespace mobilenet_edge
