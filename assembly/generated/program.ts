// Generated from lib/program by `npm run generate`; do not edit.
export const OPCODE_CONV: i32 = 1;
export const OPCODE_POINTWISE: i32 = 2;
export const OPCODE_DEPTHWISE: i32 = 3;
export const OPCODE_INVERTED_RESIDUAL: i32 = 4;
export const OPCODE_ADD: i32 = 5;
export const OPCODE_POOL: i32 = 6;
export const OPCODE_SOFTMAX: i32 = 7;
export const OPCODE_UNARY: i32 = 8;
export const OPCODE_Q8_CONV: i32 = 9;
export const OPCODE_Q8_POINTWISE: i32 = 10;
export const OPCODE_Q8_DEPTHWISE: i32 = 11;
export const OPCODE_Q8_ADD: i32 = 12;
export const OPCODE_Q8_POOL: i32 = 13;
export const OPCODE_Q8_MEAN: i32 = 14;
export const OPCODE_Q8_LOOKUP: i32 = 15;
export const OPCODE_Q8_SOFTMAX: i32 = 16;
export const OPCODE_Q8_QUANTIZE: i32 = 17;
export const OPCODE_Q8_DEQUANTIZE: i32 = 18;

// Functions of one value, see lib/program/unary.ts.
export const UNARY_SIGMOID: i32 = 0;
export const UNARY_HARD_SWISH: i32 = 1;

// What every record starts with.
@unmanaged
export class OpHeader {
  opcode: i32;
  words: i32;
  chunks: i32;
}

// Convolution with any window: gathers rows of patches [output_width][kernel_height * kernel_width
// * input_channels] into scratch at `patches`, then multiplies them like `pointwise`. A chunk is a
// piece of the output.
@unmanaged
export class ConvOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  input: i32;
  input_height: i32;
  input_width: i32;
  input_stride: i32;
  input_channels: i32;
  output: i32;
  output_height: i32;
  output_width: i32;
  output_stride: i32;
  kernel_height: i32;
  kernel_width: i32;
  stride_height: i32;
  stride_width: i32;
  dilation_height: i32;
  dilation_width: i32;
  pad_top: i32;
  pad_left: i32;
  n: i32;
  weights: i32;
  patches: i32;
  rows_per_chunk: i32;
  columns_per_chunk: i32;
  lo: f32;
  hi: f32;
}

// 1x1 convolution or dense layer: output[m][n] = clamp(bias[n] + sum over k of input[m][k] *
// weights[k][n]), and where `residual` is not -1, then clamp(that + residual[m][n], sum_lo,
// sum_hi). Weights are panels of columns, each bias[width] then [k][width]; n is a multiple of 8.
// Chunk c is rows block c % ceil(m / m_block) of columns block c / ceil(m / m_block).
@unmanaged
export class PointwiseOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  input: i32;
  input_stride: i32;
  output: i32;
  output_stride: i32;
  residual: i32;
  residual_stride: i32;
  m: i32;
  k: i32;
  n: i32;
  weights: i32;
  m_block: i32;
  n_block: i32;
  lo: f32;
  hi: f32;
  sum_lo: f32;
  sum_hi: f32;
}

// Depthwise convolution. Weights are groups of channels, each bias[group] then [kernel_height *
// kernel_width][group]. `pad_row` is room in scratch for one input row of zeros. A chunk is a piece
// of the output.
@unmanaged
export class DepthwiseOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  input: i32;
  input_height: i32;
  input_width: i32;
  input_stride: i32;
  output: i32;
  output_height: i32;
  output_width: i32;
  output_stride: i32;
  kernel_height: i32;
  kernel_width: i32;
  stride_height: i32;
  stride_width: i32;
  dilation_height: i32;
  dilation_width: i32;
  pad_top: i32;
  pad_left: i32;
  channels: i32;
  weights: i32;
  pad_row: i32;
  rows_per_chunk: i32;
  columns_per_chunk: i32;
  lo: f32;
  hi: f32;
}

// A bottleneck whose expanded tensor lives in scratch only. Three ordinary records follow inside
// this one: the expansion (pointwise, or conv: the stem), the depthwise, the projection
// (pointwise), all float32, all q8 or all f16. The expansion writes a ring of `window_rows` rows at
// scratch `window` (row y of the expanded picture is ring row y % window_rows), the depthwise reads
// it and writes `band_rows` rows at scratch `band`, the projection reads those. A chunk is
// `rows_per_chunk` output rows.
@unmanaged
export class InvertedResidualOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  window: i32;
  window_rows: i32;
  band: i32;
  band_rows: i32;
  rows_per_chunk: i32;
}

// output = clamp(a + b), pixel by pixel. A chunk is `pixels_per_chunk` pixels.
@unmanaged
export class AddOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  a: i32;
  a_stride: i32;
  b: i32;
  b_stride: i32;
  output: i32;
  output_stride: i32;
  pixels: i32;
  channels: i32;
  pixels_per_chunk: i32;
  lo: f32;
  hi: f32;
}

// Average (is_max = 0) or maximum (1) over a window; padding is not counted. A chunk is
// `channels_per_chunk` channels, a multiple of 8, of a piece of the output; those of a piece follow
// one another.
@unmanaged
export class PoolOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  input: i32;
  input_height: i32;
  input_width: i32;
  input_stride: i32;
  output: i32;
  output_height: i32;
  output_width: i32;
  output_stride: i32;
  kernel_height: i32;
  kernel_width: i32;
  stride_height: i32;
  stride_width: i32;
  dilation_height: i32;
  dilation_width: i32;
  pad_top: i32;
  pad_left: i32;
  channels: i32;
  is_max: i32;
  rows_per_chunk: i32;
  columns_per_chunk: i32;
  channels_per_chunk: i32;
  lo: f32;
  hi: f32;
}

// exp(beta * (x - max)) / sum over the channels of every pixel. A chunk is `pixels_per_chunk`
// pixels.
@unmanaged
export class SoftmaxOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  input: i32;
  input_stride: i32;
  output: i32;
  output_stride: i32;
  pixels: i32;
  channels: i32;
  pixels_per_chunk: i32;
  beta: f32;
}

// y = function(x), by its number in lib/program/unary.ts. A chunk is `pixels_per_chunk` pixels.
@unmanaged
export class UnaryOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  input: i32;
  input_stride: i32;
  output: i32;
  output_stride: i32;
  pixels: i32;
  channels: i32;
  pixels_per_chunk: i32;
  function: i32;
}

// Integer convolution, like `conv`: gathers rows of patches into scratch at `patches`,
// `patch_stride` values a pixel (those beyond the window are arbitrary), places outside the picture
// as `input_zero`, then multiplies them like `q8_pointwise`. A chunk is a piece of the output.
@unmanaged
export class Q8ConvOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  input: i32;
  input_height: i32;
  input_width: i32;
  input_stride: i32;
  input_channels: i32;
  input_zero: i32;
  output: i32;
  output_height: i32;
  output_width: i32;
  output_stride: i32;
  kernel_height: i32;
  kernel_width: i32;
  stride_height: i32;
  stride_width: i32;
  dilation_height: i32;
  dilation_width: i32;
  pad_top: i32;
  pad_left: i32;
  n: i32;
  weights: i32;
  chain: i32;
  extras: i32;
  patches: i32;
  patch_stride: i32;
  rows_per_chunk: i32;
  columns_per_chunk: i32;
  output_zero: i32;
  lo: i32;
  hi: i32;
  small_sums: i32;
}

// Integer 1x1 convolution or dense layer, like `pointwise`: sum = bias[n] + sum over k of
// input[m][k] * weights[k][n] in int32 (bias holds what the zero points contribute), then the
// requantization. Weights at `weights` are panels of columns, each bias[width] as i32, scale[width]
// as f32, then by packing: pairs (chain = 0): [ceil(k / 2)][width][2] as i16; chain (chain 1, 2,
// 4): [ceil(k / 4)][width][4] as i8, of which `chain` quads one after the other may be summed in 16
// bits, see lib/compile/pack_chain.ts; weights beyond that are at `extras`; or (chain -1, -2) the
// same for weights that multiply input - 128; quads: [ceil(k / 4)][width][4] as i8 without such
// limits, weights beyond [-127, 127] at `extras`; sixteens: the same [ceil(k / 16)][width][16].
// Chunks as in `pointwise`.
@unmanaged
export class Q8PointwiseOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  input: i32;
  input_stride: i32;
  output: i32;
  output_stride: i32;
  m: i32;
  k: i32;
  n: i32;
  weights: i32;
  chain: i32;
  extras: i32;
  m_block: i32;
  n_block: i32;
  output_zero: i32;
  lo: i32;
  hi: i32;
  small_sums: i32;
}

// Integer depthwise convolution. Weights are groups of channels, each bias[group] as i32,
// scale[group] as f32, then [kernel_height * kernel_width][group] as i16. Places outside the
// picture count as `input_zero`; `pad_row` is room in scratch for one input row of it. A chunk is a
// piece of the output.
@unmanaged
export class Q8DepthwiseOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  input: i32;
  input_height: i32;
  input_width: i32;
  input_stride: i32;
  input_zero: i32;
  output: i32;
  output_height: i32;
  output_width: i32;
  output_stride: i32;
  kernel_height: i32;
  kernel_width: i32;
  stride_height: i32;
  stride_width: i32;
  dilation_height: i32;
  dilation_width: i32;
  pad_top: i32;
  pad_left: i32;
  channels: i32;
  weights: i32;
  pad_row: i32;
  rows_per_chunk: i32;
  columns_per_chunk: i32;
  output_zero: i32;
  lo: i32;
  hi: i32;
  small_sums: i32;
}

// y = clamp(((a * a_multiplier + b * b_multiplier + bias) >> shift) + output_zero, lo, hi), all in
// int32, the shift arithmetic; bias holds the rounding and the zero points.
@unmanaged
export class Q8AddOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  a: i32;
  a_stride: i32;
  b: i32;
  b_stride: i32;
  output: i32;
  output_stride: i32;
  pixels: i32;
  channels: i32;
  pixels_per_chunk: i32;
  a_multiplier: i32;
  b_multiplier: i32;
  bias: i32;
  shift: i32;
  output_zero: i32;
  lo: i32;
  hi: i32;
}

// Integer average (is_max = 0) or maximum (1). The average is of the values as the model file
// stores them, value + raw_offset: the sum divided by the number of taps inside the picture, halves
// away from zero; then minus raw_offset, then clamped. Chunks as in `pool`.
@unmanaged
export class Q8PoolOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  input: i32;
  input_height: i32;
  input_width: i32;
  input_stride: i32;
  output: i32;
  output_height: i32;
  output_width: i32;
  output_stride: i32;
  kernel_height: i32;
  kernel_width: i32;
  stride_height: i32;
  stride_width: i32;
  dilation_height: i32;
  dilation_width: i32;
  pad_top: i32;
  pad_left: i32;
  channels: i32;
  is_max: i32;
  raw_offset: i32;
  rows_per_chunk: i32;
  columns_per_chunk: i32;
  channels_per_chunk: i32;
  lo: i32;
  hi: i32;
}

// Mean over the whole picture: sum = sum of (value - input_zero) in int32, then the requantization
// with `scale`. A chunk is `channels_per_chunk` channels, a multiple of 8.
@unmanaged
export class Q8MeanOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  input: i32;
  input_stride: i32;
  input_zero: i32;
  pixels: i32;
  output: i32;
  channels: i32;
  channels_per_chunk: i32;
  scale: f32;
  output_zero: i32;
  lo: i32;
  hi: i32;
}

// y = table[value + table_offset], 256 entries as i16: any function of one value. A chunk is
// `pixels_per_chunk` pixels.
@unmanaged
export class Q8LookupOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  input: i32;
  input_stride: i32;
  output: i32;
  output_stride: i32;
  pixels: i32;
  channels: i32;
  pixels_per_chunk: i32;
  table: i32;
  table_offset: i32;
}

// Over the channels of every pixel: t = table[max - value], 256 entries as f32; y = clamp(round(t /
// (sum of t, in order, in float32, * output_scale)) + output_zero, lo, hi), halves away from zero.
// A chunk is `pixels_per_chunk` pixels.
@unmanaged
export class Q8SoftmaxOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  input: i32;
  input_stride: i32;
  output: i32;
  output_stride: i32;
  pixels: i32;
  channels: i32;
  pixels_per_chunk: i32;
  table: i32;
  output_scale: f32;
  output_zero: i32;
  lo: i32;
  hi: i32;
}

// float32 to integers: y = clamp(rint(value * inverse_scale) + output_zero, lo, hi). A chunk is
// `pixels_per_chunk` pixels.
@unmanaged
export class Q8QuantizeOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  input: i32;
  input_stride: i32;
  output: i32;
  output_stride: i32;
  pixels: i32;
  channels: i32;
  pixels_per_chunk: i32;
  inverse_scale: f32;
  output_zero: i32;
  lo: i32;
  hi: i32;
}

// Integers to float32: y = (value - input_zero) * scale. A chunk is `pixels_per_chunk` pixels.
@unmanaged
export class Q8DequantizeOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  input: i32;
  input_stride: i32;
  output: i32;
  output_stride: i32;
  pixels: i32;
  channels: i32;
  pixels_per_chunk: i32;
  input_zero: i32;
  scale: f32;
}
