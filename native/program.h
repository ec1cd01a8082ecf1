// Generated from lib/program/schema.ts by `npm run generate`; do not edit.
#pragma once

#include <stdint.h>

namespace mobilenet_edge {

enum Opcode : int32_t {
  OPCODE_CONV = 1,
  OPCODE_POINTWISE = 2,
  OPCODE_DEPTHWISE = 3,
  OPCODE_INVERTED_RESIDUAL = 4,
  OPCODE_ADD = 5,
  OPCODE_POOL = 6,
  OPCODE_SOFTMAX = 7,
  OPCODE_SIGMOID = 8,
};

// What every record starts with.
struct OpHeader {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
};

// Convolution with any window: gathers rows of patches [output_width][kernel_height * kernel_width
// * input_channels] into scratch at `patches`, then multiplies them like `pointwise`. A chunk is
// `rows_per_chunk` output rows.
struct ConvOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_height;
  int32_t input_width;
  int32_t input_stride;
  int32_t input_channels;
  int32_t output;
  int32_t output_height;
  int32_t output_width;
  int32_t output_stride;
  int32_t kernel_height;
  int32_t kernel_width;
  int32_t stride_height;
  int32_t stride_width;
  int32_t dilation_height;
  int32_t dilation_width;
  int32_t pad_top;
  int32_t pad_left;
  int32_t n;
  int32_t weights;
  int32_t patches;
  int32_t rows_per_chunk;
  float lo;
  float hi;
};

// 1x1 convolution or dense layer: output[m][n] = clamp(bias[n] + sum over k of input[m][k] *
// weights[k][n]), and where `residual` is not -1, then clamp(that + residual[m][n], sum_lo,
// sum_hi). Weights are panels of columns, each bias[width] then [k][width]; n is a multiple of 8.
// Chunk c is rows block c % ceil(m / m_block) of columns block c / ceil(m / m_block).
struct PointwiseOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_stride;
  int32_t output;
  int32_t output_stride;
  int32_t residual;
  int32_t residual_stride;
  int32_t m;
  int32_t k;
  int32_t n;
  int32_t weights;
  int32_t m_block;
  int32_t n_block;
  float lo;
  float hi;
  float sum_lo;
  float sum_hi;
};

// Depthwise convolution. Weights are groups of channels, each bias[group] then [kernel_height *
// kernel_width][group]. `pad_row` is room in scratch for one input row of zeros. A chunk is
// `rows_per_chunk` output rows.
struct DepthwiseOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_height;
  int32_t input_width;
  int32_t input_stride;
  int32_t output;
  int32_t output_height;
  int32_t output_width;
  int32_t output_stride;
  int32_t kernel_height;
  int32_t kernel_width;
  int32_t stride_height;
  int32_t stride_width;
  int32_t dilation_height;
  int32_t dilation_width;
  int32_t pad_top;
  int32_t pad_left;
  int32_t channels;
  int32_t weights;
  int32_t pad_row;
  int32_t rows_per_chunk;
  float lo;
  float hi;
};

// A bottleneck whose expanded tensor lives in scratch only. Three ordinary records follow inside
// this one: the expansion (pointwise), the depthwise, the projection (pointwise). The expansion
// writes a ring of `window_rows` rows at scratch `window` (row y of the expanded picture is ring
// row y % window_rows), the depthwise reads it and writes `band_rows` rows at scratch `band`, the
// projection reads those. A chunk is `rows_per_chunk` output rows.
struct InvertedResidualOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t window;
  int32_t window_rows;
  int32_t band;
  int32_t band_rows;
  int32_t rows_per_chunk;
};

// output = clamp(a + b), pixel by pixel. A chunk is `pixels_per_chunk` pixels.
struct AddOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t a;
  int32_t a_stride;
  int32_t b;
  int32_t b_stride;
  int32_t output;
  int32_t output_stride;
  int32_t pixels;
  int32_t channels;
  int32_t pixels_per_chunk;
  float lo;
  float hi;
};

// Average (is_max = 0) or maximum (1) over a window; padding is not counted. A chunk is one output
// row.
struct PoolOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_height;
  int32_t input_width;
  int32_t input_stride;
  int32_t output;
  int32_t output_height;
  int32_t output_width;
  int32_t output_stride;
  int32_t kernel_height;
  int32_t kernel_width;
  int32_t stride_height;
  int32_t stride_width;
  int32_t dilation_height;
  int32_t dilation_width;
  int32_t pad_top;
  int32_t pad_left;
  int32_t channels;
  int32_t is_max;
  float lo;
  float hi;
};

// exp(beta * (x - max)) / sum over the channels of every pixel. One chunk.
struct SoftmaxOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_stride;
  int32_t output;
  int32_t output_stride;
  int32_t pixels;
  int32_t channels;
  float beta;
};

// 1 / (1 + exp(-x)). One chunk.
struct SigmoidOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_stride;
  int32_t output;
  int32_t output_stride;
  int32_t pixels;
  int32_t channels;
};

}  // namespace mobilenet_edge
