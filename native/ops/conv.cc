#include <string.h>

#include "ops.h"

namespace mobilenet_edge {
namespace {

// Gathers the patches of output row `y`, (output_width, kernel_height * kernel_width * input_channels), zeros outside
// the picture.
void gather_patches(const Context& context, const ConvOp& op, int32_t y, float* patches) {
  const float* input = context.activations(op.input);
  const size_t channels = op.input_channels;
  const size_t segment = op.kernel_width * channels;  // one kernel row
  // Where pixels are dense and taps are neighbours, a kernel row is one run of memory.
  const bool runs = op.input_stride == op.input_channels && op.dilation_width == 1;
  for (int32_t x = 0; x < op.output_width; ++x) {
    const int32_t left = x * op.stride_width - op.pad_left;
    const bool inside = left >= 0 && left + (op.kernel_width - 1) * op.dilation_width < op.input_width;
    for (int32_t ky = 0; ky < op.kernel_height; ++ky, patches += segment) {
      const int32_t row = y * op.stride_height - op.pad_top + ky * op.dilation_height;
      if (row < 0 || row >= op.input_height) {
        memset(patches, 0, segment * sizeof(float));
        continue;
      }
      const float* from = input + (size_t)row * op.input_width * op.input_stride;
      if (inside && runs) {
        memcpy(patches, from + left * channels, segment * sizeof(float));
        continue;
      }
      for (int32_t kx = 0; kx < op.kernel_width; ++kx) {
        const int32_t column = left + kx * op.dilation_width;
        float* to = patches + kx * channels;
        if (column < 0 || column >= op.input_width) {
          memset(to, 0, channels * sizeof(float));
        } else {
          memcpy(to, from + (size_t)column * op.input_stride, channels * sizeof(float));
        }
      }
    }
  }
}

}  // namespace

void run_conv(const Context& context, const ConvOp& op, int32_t chunk) {
  const Range rows = piece_of(op.output_height, op.rows_per_chunk, chunk);
  float* patches = context.own(op.patches);
  GemmArguments g = {};
  g.m = op.output_width;
  g.n = op.n;
  g.k = (size_t)op.kernel_height * op.kernel_width * op.input_channels;
  g.input = patches;
  g.input_stride = g.k;
  g.weights = context.packed(op.weights);
  g.output_stride = op.output_stride;
  g.lo = op.lo;
  g.hi = op.hi;
  for (int32_t y = rows.begin; y < rows.end; ++y) {
    gather_patches(context, op, y, patches);
    g.output = context.activations(op.output) + (size_t)y * op.output_width * op.output_stride;
    context.kernels->f32_gemm(g);
  }
}

}  // namespace mobilenet_edge
