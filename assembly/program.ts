// Generated from lib/program/schema.ts by `npm run generate`; do not edit.
export const OPCODE_CONV: i32 = 1;
export const OPCODE_POINTWISE: i32 = 2;
export const OPCODE_DEPTHWISE: i32 = 3;
export const OPCODE_INVERTED_RESIDUAL: i32 = 4;
export const OPCODE_ADD: i32 = 5;
export const OPCODE_POOL: i32 = 6;
export const OPCODE_SOFTMAX: i32 = 7;
export const OPCODE_SIGMOID: i32 = 8;

// What every record starts with.
@unmanaged
export class OpHeader {
  opcode: i32;
  words: i32;
  chunks: i32;
}

// Convolution with any window: gathers rows of patches [output_width][kernel_height * kernel_width
// * input_channels] into scratch at `patches`, then multiplies them like `pointwise`. A chunk is
// `rows_per_chunk` output rows.
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
// kernel_width][group]. `pad_row` is room in scratch for one input row of zeros. A chunk is
// `rows_per_chunk` output rows.
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
  lo: f32;
  hi: f32;
}

// A bottleneck whose expanded tensor lives in scratch only. Three ordinary records follow inside
// this one: the expansion (pointwise), the depthwise, the projection (pointwise). The expansion
// writes a ring of `window_rows` rows at scratch `window` (row y of the expanded picture is ring
// row y % window_rows), the depthwise reads it and writes `band_rows` rows at scratch `band`, the
// projection reads those. A chunk is `rows_per_chunk` output rows.
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

// Average (is_max = 0) or maximum (1) over a window; padding is not counted. A chunk is one output
// row.
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
  lo: f32;
  hi: f32;
}

// exp(beta * (x - max)) / sum over the channels of every pixel. One chunk.
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
  beta: f32;
}

// 1 / (1 + exp(-x)). One chunk.
@unmanaged
export class SigmoidOp {
  opcode: i32;
  words: i32;
  chunks: i32;
  input: i32;
  input_stride: i32;
  output: i32;
  output_stride: i32;
  pixels: i32;
  channels: i32;
}
