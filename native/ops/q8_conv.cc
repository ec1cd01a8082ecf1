#include <string.h>

#include "q8_ops.h"

namespace mobilenet_edge {
namespace {

// Gathers the windows of output row `y`, each (kernel_height, kernel_width, input_channels) and patch_stride bytes from
// the next. CHANNELS is their number, or 0 for any.
template <size_t CHANNELS>
void gather_patches(const Q8ConvOp& op, const uint8_t* input, int32_t y, uint8_t* patches) {
  const size_t channels = CHANNELS ? CHANNELS : op.input_channels;
  for (int32_t x = 0; x < op.output_width; ++x, patches += op.patch_stride) {
    uint8_t* to = patches;
    for (int32_t ky = 0; ky < op.kernel_height; ++ky) {
      const int32_t row = y * op.stride_height - op.pad_top + ky * op.dilation_height;
      for (int32_t kx = 0; kx < op.kernel_width; ++kx, to += channels) {
        const int32_t column = x * op.stride_width - op.pad_left + kx * op.dilation_width;
        if (row < 0 || row >= op.input_height || column < 0 || column >= op.input_width) {
          memset(to, op.input_zero, channels);
        } else {
          memcpy(to, input + ((size_t)row * op.input_width + column) * op.input_stride, channels);
        }
      }
    }
  }
}

}  // namespace

void run_q8_conv(const Context& context, const Q8ConvOp& op, int32_t chunk) {
  const uint8_t* input = context.arena + op.input;
  uint8_t* patches = context.scratch + op.patches;
  const auto gather = op.input_channels == 1   ? gather_patches<1>
                      : op.input_channels == 3 ? gather_patches<3>
                                               : gather_patches<0>;
  Q8GemmArguments g = q8_gemm_arguments(context, op, (size_t)op.kernel_height * op.kernel_width * op.input_channels);
  g.m = op.output_width;
  g.input = patches;
  g.input_stride = op.patch_stride;
  const Range rows = piece_of(op.output_height, op.rows_per_chunk, chunk);
  for (int32_t y = rows.begin; y < rows.end; ++y) {
    gather(op, input, y, patches);
    g.output = context.arena + op.output + (size_t)y * op.output_width * op.output_stride;
    context.kernels->q8_gemm(g);
  }
}

}  // namespace mobilenet_edge
