// The integer side of kernels.h: 8-bit activations, weights minus their zero point, sums in int32 (that wrap, which
// right programs never make them do), and one requantization everywhere:
//   y = clamp(rint(float(sum) * scale) + output_zero, lo, hi), in float32, ties to even.
// Activations are bytes, by instruction set unsigned (the values of an int8 model plus 128) or signed (those of a uint8
// model minus 128); zero points and bounds likewise. Biases hold what the zero points contribute, so kernels multiply
// the raw values. Every kernel gives the same values on every instruction set.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "q8_layout.h"

namespace mobilenet_edge {

// See Q8Geometry in lib/program/program.ts.
struct Q8Geometry {
  bool is_signed;  // activations are int8_t rather than uint8_t
  Q8Packing packing;
  int32_t panel;
  int32_t last_panel;
  int32_t channel_group;
  int32_t fuse_from_height;
};

// lo <= hi, and all three are values of the activations' type.
struct Q8Output {
  int32_t output_zero, lo, hi;
  bool small_sums;  // in magnitude, every sum is less than 2^22, and less than 2^15 once multiplied by its scale
};

// Quads of weights beyond those that the packing can hold. The vector of columns 8v to 8v + 7 has entries begin[v] to
// begin[v + 1] - 1: four input values of a row from byte offsets[e] on, times quads[e].
struct Q8Extras {
  const int32_t* begin;
  const int32_t* offsets;
  const int8_t* quads;  // (entries, 8, 4)
};

// output[m][n] = requantized bias[n] + sum over k of input[m][k] * weights[k][n]. n is a multiple of 8; weights are
// panels of columns, each int32 bias[width], float scale[width], then by packing
//   pairs: int16 (ceil(k / 2), width, 2),
//   chain: int8 (ceil(k / 4), width, 4), of which |chain| quads (1, 2 or 4) from a multiple of |chain| on may be summed
//          in 16 bits whatever the input; the weights beyond that are in the extras,
//   quads: int8 (ceil(k / 4), width, 4), all of them in [-127, 127] and the rest in the extras,
//   sixteens: int8 (ceil(k / 16), width, 16), likewise.
// A negative chain, -1 or -2, means that all weights, extras too, multiply input - 128, which the bias allows for: then
// they are at least -127, and of the 2 * |chain| of a 16-bit lane the sum of |weight| + 1 is at most 256; and k is at
// most kChainCentredDepth.
// Up to the next multiple of kQ8ReadDepth, input values past k are read, and meet weights of zero or none.
struct Q8GemmArguments {
  size_t m, n, k;
  const uint8_t* input;  // (m, k)
  size_t input_stride;
  const uint8_t* weights;
  int32_t chain;    // 0 but with chain
  Q8Extras extras;  // none with pairs
  uint8_t* output;  // (m, n)
  size_t output_stride;
  Q8Output to;
};

// As DepthwiseArguments; places outside the picture hold input_zero, rows that point there included. Weights are groups
// of channels, each int32 bias[group], float scale[group], then int16 (kernel_height * kernel_width, group). Channels
// are padded to a multiple of channel_group, and the padding lanes are read and written.
struct Q8DepthwiseArguments {
  const uint8_t* const* rows;  // each (input_width, channels), pixels input_stride elements apart
  size_t output_rows;
  const uint8_t* weights;
  uint8_t* output;  // (output_rows, output_width, channels), dense in rows, pixels output_stride elements apart
  size_t channels;
  size_t input_width, input_stride;
  size_t output_width, output_stride;
  size_t kernel_height, kernel_width;
  size_t stride_height, stride_width;
  size_t dilation_height, dilation_width;
  size_t pad_left;
  int32_t input_zero;
  Q8Output to;
};

// output[i] = clamp(((a[i] * a_multiplier + b[i] * b_multiplier + bias) >> shift) + output_zero, lo, hi) in int32 that
// wraps, the shift arithmetic, 0 <= shift < 32. `count` is a multiple of 16.
struct Q8AddArguments {
  const uint8_t *a, *b;
  uint8_t* output;
  size_t count;
  int32_t a_multiplier, b_multiplier, bias, shift;
  Q8Output to;
};

}  // namespace mobilenet_edge
