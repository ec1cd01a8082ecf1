// The reference table: plain loops that every CPU runs and that the other tables are compared with.
#include "kernels.h"

namespace mobilenet_edge {
namespace {

constexpr size_t kPanel = 8;

// Not fminf and fmaxf: a NaN must come out as a NaN.
float clamp(float value, float lo, float hi) { return value < lo ? lo : value > hi ? hi : value; }

void f32_gemm_1x8__scalar(const GemmArguments& g) {
  for (size_t column = 0; column < g.n; column += kPanel) {
    const float* panel = g.weights + column * (g.k + 1);
    for (size_t row = 0; row < g.m; ++row) {
      const float* input = g.input + row * g.input_stride;
      float sums[kPanel];
      for (size_t j = 0; j < kPanel; ++j) sums[j] = panel[j];
      for (size_t k = 0; k < g.k; ++k) {
        const float value = input[k / g.segment_length * g.segment_stride + k % g.segment_length];
        for (size_t j = 0; j < kPanel; ++j) sums[j] += value * panel[(k + 1) * kPanel + j];
      }
      for (size_t j = 0; j < kPanel; ++j) {
        float value = clamp(sums[j], g.lo, g.hi);
        if (g.residual) {
          value = clamp(value + g.residual[row * g.residual_stride + column + j], g.sum_lo, g.sum_hi);
        }
        g.output[row * g.output_stride + column + j] = value;
      }
    }
  }
}

constexpr size_t kGroup = 8;

void f32_depthwise_1x1x8__scalar(const DepthwiseArguments& d) {
  const size_t taps = d.kernel_height * d.kernel_width;
  for (size_t y = 0; y < d.output_rows; ++y) {
    for (size_t x = 0; x < d.output_width; ++x) {
      for (size_t c = 0; c < d.channels; c += kGroup) {
        const float* weights = d.weights + c * (taps + 1);
        float sums[kGroup];
        for (size_t j = 0; j < kGroup; ++j) sums[j] = weights[j];
        for (size_t ky = 0; ky < d.kernel_height; ++ky) {
          const float* row = d.rows[y * d.stride_height + ky * d.dilation_height];
          for (size_t kx = 0; kx < d.kernel_width; ++kx) {
            // A column left of the picture wraps to a huge number.
            const size_t column = x * d.stride_width + kx * d.dilation_width - d.pad_left;
            if (column >= d.input_width) continue;
            const float* pixel = row + column * d.input_stride + c;
            const float* tap = weights + (1 + ky * d.kernel_width + kx) * kGroup;
            for (size_t j = 0; j < kGroup; ++j) sums[j] += pixel[j] * tap[j];
          }
        }
        float* output = d.output + (y * d.output_width + x) * d.output_stride + c;
        for (size_t j = 0; j < kGroup; ++j) output[j] = clamp(sums[j], d.lo, d.hi);
      }
    }
  }
}

#include "q8_common.inl"
#include "q8_scalar.inl"

}  // namespace

void overlay_scalar(Kernels* kernels) {
  kernels->isa = "scalar";
  kernels->geometry = {/*panel=*/kPanel, /*last_panel=*/kPanel, /*channel_group=*/kGroup, /*fuse_from_height=*/28,
                       /*fuse_weight_bytes=*/INT32_MAX};
  kernels->f32_gemm = f32_gemm_1x8__scalar;
  kernels->f32_depthwise = f32_depthwise_1x1x8__scalar;
  kernels->q8_geometry = {/*is_signed=*/false,     Q8Packing::kPairs,          /*panel=*/kQ8Panel,
                          /*last_panel=*/kQ8Panel, /*channel_group=*/kQ8Group, /*fuse_from_height=*/28};
  kernels->q8_gemm = q8_gemm_1x8__scalar;
  kernels->q8_depthwise = q8_depthwise_1x1x8__scalar;
  kernels->q8_add = q8_add__scalar;
}

}  // namespace mobilenet_edge
