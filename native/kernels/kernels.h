// What an instruction set provides: microkernels and, side by side with them, the layout they want. The scalar table
// is complete and plain; each faster instruction set overlays the entries it has. Files of one instruction set are
// compiled with its flags, so they include only these headers, <stdint.h>, <stddef.h> and intrinsics, and keep the rest
// in an anonymous namespace: otherwise the linker could keep an AVX2 copy of a function that every CPU runs.
//
// In every kernel each output element is one chain of operations in a fixed order, whichever tile computes it, so that
// answers do not depend on tiling, on chunks or on fusion.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "q8_kernels.h"

namespace mobilenet_edge {

// See Geometry in lib/program/program.ts.
struct Geometry {
  int32_t panel;
  int32_t last_panel;
  int32_t channel_group;
  int32_t fuse_from_height;
  int32_t fuse_weight_bytes;
};

// A binary16 number by its bits: not every compiler has a type for it.
using Half = uint16_t;

// output[m][n] = clamp(bias[n] + sum over k of input[m][k] * weights[k][n], lo, hi) and, where there is a residual,
// clamp(that + residual[m][n], sum_lo, sum_hi). The sum runs over ascending k, starting from the bias.
// n is a multiple of 8. Strides are in elements. A row of input is `segments` runs of `segment_length`, so that a
// convolution can read its windows where they lie, one segment a kernel row; a matrix has one segment.
template <typename Element>
struct GemmArgumentsOf {
  size_t m, n;
  size_t k;              // segments * segment_length
  const Element* input;  // (m, segments, segment_length)
  size_t input_stride;
  size_t segments, segment_length, segment_stride;
  const Element* weights;  // panels of columns, each bias[width] then [k][width]; widths follow the Geometry
  Element* output;         // (m, n)
  size_t output_stride;
  const Element* residual;  // (m, n), or null
  size_t residual_stride;
  float lo, hi, sum_lo, sum_hi;
};
using GemmArguments = GemmArgumentsOf<float>;
using F16GemmArguments = GemmArgumentsOf<Half>;

// output[y][x][c] = clamp(bias[c] + sum over taps of input * weights, lo, hi), taps in row-major order, starting from
// the bias. The input row of output row y and tap row t is rows[y * stride_height + t * dilation_height]; a row outside
// the picture points at zeros, so its taps count; taps in columns outside the picture are left out.
// Channels are padded to a multiple of channel_group, and the padding lanes are read and written.
template <typename Element>
struct DepthwiseArgumentsOf {
  const Element* const* rows;  // each (input_width, channels), pixels input_stride elements apart
  size_t output_rows;
  const Element* weights;  // groups of channels, each bias[group] then [kernel_height * kernel_width][group]
  Element* output;         // (output_rows, output_width, channels), dense in rows, pixels output_stride elements apart
  size_t channels;
  size_t input_width, input_stride;
  size_t output_width, output_stride;
  size_t kernel_height, kernel_width;
  size_t stride_height, stride_width;
  size_t dilation_height, dilation_width;
  size_t pad_left;
  float lo, hi;
};
using DepthwiseArguments = DepthwiseArgumentsOf<float>;
using F16DepthwiseArguments = DepthwiseArgumentsOf<Half>;

struct Kernels {
  const char* isa;
  Geometry geometry;
  void (*f32_gemm)(const GemmArguments&);
  void (*f32_depthwise)(const DepthwiseArguments&);
  Q8Geometry q8_geometry;
  void (*q8_gemm)(const Q8GemmArguments&);
  void (*q8_depthwise)(const Q8DepthwiseArguments&);
  void (*q8_add)(const Q8AddArguments&);
  // Arithmetic of halves: every sum is rounded to one, the product that it adds is not. Nulls and
  // zeros where the CPU has none.
  Geometry f16_geometry;
  void (*f16_gemm)(const F16GemmArguments&);
  void (*f16_depthwise)(const F16DepthwiseArguments&);
  void (*f16_from_f32)(const float* from, Half* to, size_t count);
  void (*f16_to_f32)(const Half* from, float* to, size_t count);
};

// Each fills in, or replaces, the entries it has.
void overlay_scalar(Kernels* kernels);
void overlay_avx2(Kernels* kernels);
void overlay_avx512vnni(Kernels* kernels);
void overlay_neon(Kernels* kernels);
void overlay_neondot(Kernels* kernels);
void overlay_neonfp16(Kernels* kernels);

}  // namespace mobilenet_edge
