#include <math.h>

#include "ops.h"

namespace mobilenet_edge {
namespace {

// `channels` channels of output pixel (y, x) to `output`, in float32; read(pixel) gives those of an input pixel.
template <typename Op, typename Read>
void pool_pixel(const Op& op, int32_t y, int32_t x, int32_t channels, float* output, Read read) {
  for (int32_t c = 0; c < channels; ++c) output[c] = op.is_max ? -INFINITY : 0;
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
        for (int32_t c = 0; c < channels; ++c) output[c] = output[c] >= pixel[c] ? output[c] : pixel[c];
      } else {
        for (int32_t c = 0; c < channels; ++c) output[c] += pixel[c];
      }
    }
  }
  for (int32_t c = 0; c < channels; ++c) {
    output[c] = clamp(op.is_max ? output[c] : output[c] / (float)count, op.lo, op.hi);
  }
}

}  // namespace

void run_op(const Context& context, const PoolOp& op, int32_t chunk) {
  const float* input = context.activations(op.input);
  float* output = context.activations(op.output);
  for_pool_pixels(op, chunk, [&](int32_t y, int32_t x, Range channels) {
    float* pixel = output + ((size_t)y * op.output_width + x) * op.output_stride + channels.begin;
    pool_pixel(op, y, x, channels.end - channels.begin, pixel,
               [&](size_t i) { return input + i * op.input_stride + channels.begin; });
  });
}

void run_op(const Context& context, const F16PoolOp& op, int32_t chunk) {
  const Half* input = context.activations<Half>(op.input);
  Half* output = context.activations<Half>(op.output);
  float* sums = context.own(op.sums);
  float* values = sums + op.channels;
  for_pool_pixels(op, chunk, [&](int32_t y, int32_t x, Range channels) {
    const int32_t count = channels.end - channels.begin;
    pool_pixel(op, y, x, count, sums, [&](size_t i) {
      context.kernels->f16_to_f32(input + i * op.input_stride + channels.begin, values, count);
      return values;
    });
    Half* pixel = output + ((size_t)y * op.output_width + x) * op.output_stride + channels.begin;
    context.kernels->f16_from_f32(sums, pixel, count);
  });
}

}  // namespace mobilenet_edge
