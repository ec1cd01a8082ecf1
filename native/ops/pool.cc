#include <math.h>

#include "ops.h"

namespace mobilenet_edge {

void run_pool(const Context& context, const PoolOp& op, int32_t y) {
  const float* input = context.activations(op.input);
  float* output = context.activations(op.output) + (size_t)y * op.output_width * op.output_stride;
  for (int32_t x = 0; x < op.output_width; ++x, output += op.output_stride) {
    for (int32_t c = 0; c < op.channels; ++c) output[c] = op.is_max ? -INFINITY : 0;
    int32_t count = 0;
    for (int32_t ky = 0; ky < op.kernel_height; ++ky) {
      const int32_t row = y * op.stride_height - op.pad_top + ky * op.dilation_height;
      if (row < 0 || row >= op.input_height) continue;
      for (int32_t kx = 0; kx < op.kernel_width; ++kx) {
        const int32_t column = x * op.stride_width - op.pad_left + kx * op.dilation_width;
        if (column < 0 || column >= op.input_width) continue;
        const float* pixel = input + ((size_t)row * op.input_width + column) * op.input_stride;
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
}

}  // namespace mobilenet_edge
