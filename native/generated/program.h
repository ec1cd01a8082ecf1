// Generated from lib/program by `npm run generate`; do not edit.
#pragma once

#include <stdint.h>

namespace mobilenet_edge {

// Pixels of a picture, channels of a pixel, weights of an output channel.
constexpr int32_t kMaxSize = 16777216;
// Rows and columns of a picture.
constexpr int32_t kMaxHeight = 262144;
// Pixels of a picture under a window: 32-bit counts hold as many.
constexpr int32_t kMaxPixels = 1073741824;
// Rows and columns of a window, its strides, dilations and padding.
constexpr int32_t kMaxWindow = 1024;
// Input rows under two output rows of a depthwise convolution, and one.
constexpr int32_t kMaxDepthwiseRows = 128;
// Pixels of an integer mean: so many bytes sum up to less than 2^31.
constexpr int32_t kMaxMeanPixels = 8388608;

enum Opcode : int32_t {
  OPCODE_CONV = 1,
  OPCODE_POINTWISE = 2,
  OPCODE_DEPTHWISE = 3,
  OPCODE_INVERTED_RESIDUAL = 4,
  OPCODE_ADD = 5,
  OPCODE_POOL = 6,
  OPCODE_SOFTMAX = 7,
  OPCODE_UNARY = 8,
  OPCODE_Q8_CONV = 9,
  OPCODE_Q8_POINTWISE = 10,
  OPCODE_Q8_DEPTHWISE = 11,
  OPCODE_Q8_ADD = 12,
  OPCODE_Q8_POOL = 13,
  OPCODE_Q8_MEAN = 14,
  OPCODE_Q8_LOOKUP = 15,
  OPCODE_Q8_SOFTMAX = 16,
  OPCODE_Q8_QUANTIZE = 17,
  OPCODE_Q8_DEQUANTIZE = 18,
  OPCODE_F16_CONV = 19,
  OPCODE_F16_POINTWISE = 20,
  OPCODE_F16_DEPTHWISE = 21,
  OPCODE_F16_ADD = 22,
  OPCODE_F16_POOL = 23,
  OPCODE_F16_FROM_F32 = 24,
  OPCODE_F16_TO_F32 = 25,
};

// Functions of one value, see lib/program/unary.ts.
enum UnaryFunction : int32_t {
  UNARY_SIGMOID = 0,
  UNARY_HARD_SWISH = 1,
};
constexpr int32_t kUnaryFunctions = 2;

// What every record starts with.
struct OpHeader {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
};

// Convolution with any window: gathers rows of patches [output_width][kernel_height * kernel_width
// * input_channels] into scratch at `patches`, then multiplies them like `pointwise`. A chunk is a
// piece of the output.
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
  int32_t columns_per_chunk;
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
// kernel_width][group]. `pad_row` is room in scratch for one input row of zeros. A chunk is a piece
// of the output.
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
  int32_t columns_per_chunk;
  float lo;
  float hi;
};

// A bottleneck whose expanded tensor lives in scratch only. Three ordinary records follow inside
// this one: the expansion (pointwise, or conv: the stem), the depthwise, the projection
// (pointwise), all float32, all q8 or all f16. The expansion writes a ring of `window_rows` rows at
// scratch `window` (row y of the expanded picture is ring row y % window_rows), the depthwise reads
// it and writes `band_rows` rows at scratch `band`, the projection reads those. A chunk is
// `rows_per_chunk` output rows.
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

// Average (is_max = 0) or maximum (1) over a window; padding is not counted. A chunk is
// `channels_per_chunk` channels, a multiple of 8, of a piece of the output; those of a piece follow
// one another.
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
  int32_t rows_per_chunk;
  int32_t columns_per_chunk;
  int32_t channels_per_chunk;
  float lo;
  float hi;
};

// exp(beta * (x - max)) / sum over the channels of every pixel. A chunk is `pixels_per_chunk`
// pixels.
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
  int32_t pixels_per_chunk;
  float beta;
};

// y = function(x), by its number in lib/program/unary.ts. A chunk is `pixels_per_chunk` pixels.
struct UnaryOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_stride;
  int32_t output;
  int32_t output_stride;
  int32_t pixels;
  int32_t channels;
  int32_t pixels_per_chunk;
  int32_t function;
};

// Integer convolution, like `conv`: gathers rows of patches into scratch at `patches`,
// `patch_stride` values a pixel (those beyond the window are arbitrary), places outside the picture
// as `input_zero`, then multiplies them like `q8_pointwise`. A chunk is a piece of the output.
struct Q8ConvOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_height;
  int32_t input_width;
  int32_t input_stride;
  int32_t input_channels;
  int32_t input_zero;
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
  int32_t chain;
  int32_t extras;
  int32_t patches;
  int32_t patch_stride;
  int32_t rows_per_chunk;
  int32_t columns_per_chunk;
  int32_t output_zero;
  int32_t lo;
  int32_t hi;
  int32_t small_sums;
};

// Integer 1x1 convolution or dense layer, like `pointwise`: sum = bias[n] + sum over k of
// input[m][k] * weights[k][n] in int32 (bias holds what the zero points contribute), then the
// requantization. Weights at `weights` are panels of columns, each bias[width] as i32, scale[width]
// as f32, then by packing: pairs (chain = 0): [ceil(k / 2)][width][2] as i16; chain (chain 1, 2,
// 4): [ceil(k / 4)][width][4] as i8, of which `chain` quads one after the other may be summed in 16
// bits, see lib/compile/pack_chain.ts; weights beyond that are at `extras`; or (chain -1, -2) the
// same for weights that multiply input - 128; quads: [ceil(k / 4)][width][4] as i8 without such
// limits, weights beyond [-127, 127] at `extras`; sixteens: the same [ceil(k / 16)][width][16].
// Chunks as in `pointwise`.
struct Q8PointwiseOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_stride;
  int32_t output;
  int32_t output_stride;
  int32_t m;
  int32_t k;
  int32_t n;
  int32_t weights;
  int32_t chain;
  int32_t extras;
  int32_t m_block;
  int32_t n_block;
  int32_t output_zero;
  int32_t lo;
  int32_t hi;
  int32_t small_sums;
};

// Integer depthwise convolution. Weights are groups of channels, each bias[group] as i32,
// scale[group] as f32, then [kernel_height * kernel_width][group] as i16. Places outside the
// picture count as `input_zero`; `pad_row` is room in scratch for one input row of it. A chunk is a
// piece of the output.
struct Q8DepthwiseOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_height;
  int32_t input_width;
  int32_t input_stride;
  int32_t input_zero;
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
  int32_t columns_per_chunk;
  int32_t output_zero;
  int32_t lo;
  int32_t hi;
  int32_t small_sums;
};

// y = clamp(((a * a_multiplier + b * b_multiplier + bias) >> shift) + output_zero, lo, hi), all in
// int32, the shift arithmetic; bias holds the rounding and the zero points.
struct Q8AddOp {
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
  int32_t a_multiplier;
  int32_t b_multiplier;
  int32_t bias;
  int32_t shift;
  int32_t output_zero;
  int32_t lo;
  int32_t hi;
};

// Integer average (is_max = 0) or maximum (1). The average is of the values as the model file
// stores them, value + raw_offset: the sum divided by the number of taps inside the picture, halves
// away from zero; then minus raw_offset, then clamped. Chunks as in `pool`.
struct Q8PoolOp {
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
  int32_t raw_offset;
  int32_t rows_per_chunk;
  int32_t columns_per_chunk;
  int32_t channels_per_chunk;
  int32_t lo;
  int32_t hi;
};

// Mean over the whole picture: sum = sum of (value - input_zero) in int32, then the requantization
// with `scale`. A chunk is `channels_per_chunk` channels, a multiple of 8.
struct Q8MeanOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_stride;
  int32_t input_zero;
  int32_t pixels;
  int32_t output;
  int32_t channels;
  int32_t channels_per_chunk;
  float scale;
  int32_t output_zero;
  int32_t lo;
  int32_t hi;
};

// y = table[value + table_offset], 256 entries as i16: any function of one value. A chunk is
// `pixels_per_chunk` pixels.
struct Q8LookupOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_stride;
  int32_t output;
  int32_t output_stride;
  int32_t pixels;
  int32_t channels;
  int32_t pixels_per_chunk;
  int32_t table;
  int32_t table_offset;
};

// Over the channels of every pixel: t = table[max - value], 256 entries as f32; y = clamp(round(t /
// (sum of t, in order, in float32, * output_scale)) + output_zero, lo, hi), halves away from zero.
// A chunk is `pixels_per_chunk` pixels.
struct Q8SoftmaxOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_stride;
  int32_t output;
  int32_t output_stride;
  int32_t pixels;
  int32_t channels;
  int32_t pixels_per_chunk;
  int32_t table;
  float output_scale;
  int32_t output_zero;
  int32_t lo;
  int32_t hi;
};

// float32 to integers: y = clamp(rint(value * inverse_scale) + output_zero, lo, hi). A chunk is
// `pixels_per_chunk` pixels.
struct Q8QuantizeOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_stride;
  int32_t output;
  int32_t output_stride;
  int32_t pixels;
  int32_t channels;
  int32_t pixels_per_chunk;
  float inverse_scale;
  int32_t output_zero;
  int32_t lo;
  int32_t hi;
};

// Integers to float32: y = (value - input_zero) * scale. A chunk is `pixels_per_chunk` pixels.
struct Q8DequantizeOp {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_stride;
  int32_t output;
  int32_t output_stride;
  int32_t pixels;
  int32_t channels;
  int32_t pixels_per_chunk;
  int32_t input_zero;
  float scale;
};

// `conv` of halves, weights too.
struct F16ConvOp {
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
  int32_t columns_per_chunk;
  float lo;
  float hi;
};

// `pointwise` of halves, weights too.
struct F16PointwiseOp {
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

// `depthwise` of halves, weights too.
struct F16DepthwiseOp {
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
  int32_t columns_per_chunk;
  float lo;
  float hi;
};

// `add` of halves.
struct F16AddOp {
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

// `pool` of halves, summed in float32. `sums` is room in scratch for twice the channels in float32.
struct F16PoolOp {
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
  int32_t rows_per_chunk;
  int32_t columns_per_chunk;
  int32_t channels_per_chunk;
  float lo;
  float hi;
  int32_t sums;
};

// float32 to halves, to nearest, ties to even. A chunk is `pixels_per_chunk` pixels.
struct F16FromF32Op {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_stride;
  int32_t output;
  int32_t output_stride;
  int32_t pixels;
  int32_t channels;
  int32_t pixels_per_chunk;
};

// Halves to float32. A chunk is `pixels_per_chunk` pixels.
struct F16ToF32Op {
  int32_t opcode;
  int32_t words;
  int32_t chunks;
  int32_t input;
  int32_t input_stride;
  int32_t output;
  int32_t output_stride;
  int32_t pixels;
  int32_t channels;
  int32_t pixels_per_chunk;
};

}  // namespace mobilenet_edge
