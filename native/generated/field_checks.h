// Generated from lib/program by `npm run generate`; do not edit.
#pragma once

#include "../checks.h"

namespace mobilenet_edge {

// What follows from what the fields of an op are. values(): of each by itself. cut(): of its chunks. fields(): all that
// there is to check of an op without checks of its own.
class FieldChecks : public Checks {
 protected:
  using Checks::Checks;

  bool values(const ConvOp& op) {
    extents(op.input_height, op.input_width);
    size(op.input_height, kMaxHeight);
    size(op.input_width, kMaxHeight);
    size(op.input_stride, kMaxSize);
    size(op.input_channels, kMaxSize);
    extents(op.output_height, op.output_width);
    size(op.output_height, kMaxHeight);
    size(op.output_width, kMaxHeight);
    size(op.output_stride, kMaxSize);
    size(op.kernel_height, kMaxWindow);
    size(op.kernel_width, kMaxWindow);
    size(op.stride_height, kMaxWindow);
    size(op.stride_width, kMaxWindow);
    size(op.dilation_height, kMaxWindow);
    size(op.dilation_width, kMaxWindow);
    range(op.pad_top, 0, kMaxWindow);
    range(op.pad_left, 0, kMaxWindow);
    size(op.n, kMaxSize);
    multiple(op.n, 8);
    return !defect;
  }
  bool cut(const ConvOp& op) {
    double chunks = 1;
    chunks *= shares(op.output_height, op.rows_per_chunk, 1);
    chunks *= shares(op.output_width, op.columns_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }

  bool values(const PointwiseOp& op) {
    size(op.input_stride, kMaxSize);
    size(op.output_stride, kMaxSize);
    size(op.k, kMaxSize);
    size(op.n, kMaxSize);
    multiple(op.n, 8);
    return !defect;
  }
  bool cut(const PointwiseOp& op) {
    double chunks = 1;
    chunks *= shares(op.m, op.m_block, 1);
    chunks *= shares(op.n, op.n_block, 1);
    return chunk_count(op.chunks, chunks);
  }

  bool values(const DepthwiseOp& op) {
    extents(op.input_height, op.input_width);
    size(op.input_height, kMaxHeight);
    size(op.input_width, kMaxHeight);
    size(op.input_stride, kMaxSize);
    extents(op.output_height, op.output_width);
    size(op.output_height, kMaxHeight);
    size(op.output_width, kMaxHeight);
    size(op.output_stride, kMaxSize);
    size(op.kernel_height, kMaxWindow);
    size(op.kernel_width, kMaxWindow);
    size(op.stride_height, kMaxWindow);
    size(op.stride_width, kMaxWindow);
    size(op.dilation_height, kMaxWindow);
    size(op.dilation_width, kMaxWindow);
    range(op.pad_top, 0, kMaxWindow);
    range(op.pad_left, 0, kMaxWindow);
    size(op.channels, kMaxSize);
    return !defect;
  }
  bool cut(const DepthwiseOp& op) {
    double chunks = 1;
    chunks *= shares(op.output_height, op.rows_per_chunk, 1);
    chunks *= shares(op.output_width, op.columns_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }

  bool values(const InvertedResidualOp& op) {
    size(op.window_rows, kMaxHeight);
    size(op.band_rows, kMaxHeight);
    return !defect;
  }

  bool values(const AddOp& op) {
    size(op.a_stride, kMaxSize);
    size(op.b_stride, kMaxSize);
    size(op.output_stride, kMaxSize);
    size(op.channels, kMaxSize);
    return !defect;
  }
  bool cut(const AddOp& op) {
    double chunks = 1;
    chunks *= shares(op.pixels, op.pixels_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }
  bool fields(const AddOp& op) {
    if (!values(op) || !cut(op)) return false;
    pixels(limits_.arena, op.a, op.pixels, op.a_stride, op.channels, sizeof(float));
    pixels(limits_.arena, op.b, op.pixels, op.b_stride, op.channels, sizeof(float));
    pixels(limits_.arena, op.output, op.pixels, op.output_stride, op.channels, sizeof(float));
    return !defect;
  }

  bool values(const PoolOp& op) {
    extents(op.input_height, op.input_width);
    size(op.input_height, kMaxHeight);
    size(op.input_width, kMaxHeight);
    size(op.input_stride, kMaxSize);
    extents(op.output_height, op.output_width);
    size(op.output_height, kMaxHeight);
    size(op.output_width, kMaxHeight);
    size(op.output_stride, kMaxSize);
    size(op.kernel_height, kMaxWindow);
    size(op.kernel_width, kMaxWindow);
    size(op.stride_height, kMaxWindow);
    size(op.stride_width, kMaxWindow);
    size(op.dilation_height, kMaxWindow);
    size(op.dilation_width, kMaxWindow);
    range(op.pad_top, 0, kMaxWindow);
    range(op.pad_left, 0, kMaxWindow);
    size(op.channels, kMaxSize);
    return !defect;
  }
  bool cut(const PoolOp& op) {
    double chunks = 1;
    chunks *= shares(op.output_height, op.rows_per_chunk, 1);
    chunks *= shares(op.output_width, op.columns_per_chunk, 1);
    chunks *= shares(op.channels, op.channels_per_chunk, 8);
    return chunk_count(op.chunks, chunks);
  }
  bool fields(const PoolOp& op) {
    if (!values(op) || !cut(op)) return false;
    pixels(limits_.arena, op.input, input_pixels(op), op.input_stride, op.channels, sizeof(float));
    pixels(limits_.arena, op.output, output_pixels(op), op.output_stride, op.channels, sizeof(float));
    return !defect;
  }

  bool values(const SoftmaxOp& op) {
    size(op.input_stride, kMaxSize);
    size(op.output_stride, kMaxSize);
    size(op.channels, kMaxSize);
    return !defect;
  }
  bool cut(const SoftmaxOp& op) {
    double chunks = 1;
    chunks *= shares(op.pixels, op.pixels_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }
  bool fields(const SoftmaxOp& op) {
    if (!values(op) || !cut(op)) return false;
    pixels(limits_.arena, op.input, op.pixels, op.input_stride, op.channels, sizeof(float));
    pixels(limits_.arena, op.output, op.pixels, op.output_stride, op.channels, sizeof(float));
    return !defect;
  }

  bool values(const UnaryOp& op) {
    size(op.input_stride, kMaxSize);
    size(op.output_stride, kMaxSize);
    size(op.channels, kMaxSize);
    range(op.function, 0, 1);
    return !defect;
  }
  bool cut(const UnaryOp& op) {
    double chunks = 1;
    chunks *= shares(op.pixels, op.pixels_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }
  bool fields(const UnaryOp& op) {
    if (!values(op) || !cut(op)) return false;
    pixels(limits_.arena, op.input, op.pixels, op.input_stride, op.channels, sizeof(float));
    pixels(limits_.arena, op.output, op.pixels, op.output_stride, op.channels, sizeof(float));
    return !defect;
  }

  bool values(const Q8ConvOp& op) {
    extents(op.input_height, op.input_width);
    size(op.input_height, kMaxHeight);
    size(op.input_width, kMaxHeight);
    size(op.input_stride, kMaxSize);
    size(op.input_channels, kMaxSize);
    value(op.input_zero);
    extents(op.output_height, op.output_width);
    size(op.output_height, kMaxHeight);
    size(op.output_width, kMaxHeight);
    size(op.output_stride, kMaxSize);
    size(op.kernel_height, kMaxWindow);
    size(op.kernel_width, kMaxWindow);
    size(op.stride_height, kMaxWindow);
    size(op.stride_width, kMaxWindow);
    size(op.dilation_height, kMaxWindow);
    size(op.dilation_width, kMaxWindow);
    range(op.pad_top, 0, kMaxWindow);
    range(op.pad_left, 0, kMaxWindow);
    size(op.n, kMaxSize);
    multiple(op.n, 8);
    size(op.patch_stride, kMaxSize);
    value(op.output_zero);
    value(op.lo);
    value(op.hi);
    ascend(op.lo, op.hi);
    return !defect;
  }
  bool cut(const Q8ConvOp& op) {
    double chunks = 1;
    chunks *= shares(op.output_height, op.rows_per_chunk, 1);
    chunks *= shares(op.output_width, op.columns_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }

  bool values(const Q8PointwiseOp& op) {
    size(op.input_stride, kMaxSize);
    size(op.output_stride, kMaxSize);
    size(op.k, kMaxSize);
    size(op.n, kMaxSize);
    multiple(op.n, 8);
    value(op.output_zero);
    value(op.lo);
    value(op.hi);
    ascend(op.lo, op.hi);
    return !defect;
  }
  bool cut(const Q8PointwiseOp& op) {
    double chunks = 1;
    chunks *= shares(op.m, op.m_block, 1);
    chunks *= shares(op.n, op.n_block, 1);
    return chunk_count(op.chunks, chunks);
  }

  bool values(const Q8DepthwiseOp& op) {
    extents(op.input_height, op.input_width);
    size(op.input_height, kMaxHeight);
    size(op.input_width, kMaxHeight);
    size(op.input_stride, kMaxSize);
    value(op.input_zero);
    extents(op.output_height, op.output_width);
    size(op.output_height, kMaxHeight);
    size(op.output_width, kMaxHeight);
    size(op.output_stride, kMaxSize);
    size(op.kernel_height, kMaxWindow);
    size(op.kernel_width, kMaxWindow);
    size(op.stride_height, kMaxWindow);
    size(op.stride_width, kMaxWindow);
    size(op.dilation_height, kMaxWindow);
    size(op.dilation_width, kMaxWindow);
    range(op.pad_top, 0, kMaxWindow);
    range(op.pad_left, 0, kMaxWindow);
    size(op.channels, kMaxSize);
    value(op.output_zero);
    value(op.lo);
    value(op.hi);
    ascend(op.lo, op.hi);
    return !defect;
  }
  bool cut(const Q8DepthwiseOp& op) {
    double chunks = 1;
    chunks *= shares(op.output_height, op.rows_per_chunk, 1);
    chunks *= shares(op.output_width, op.columns_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }

  bool values(const Q8AddOp& op) {
    size(op.a_stride, kMaxSize);
    size(op.b_stride, kMaxSize);
    size(op.output_stride, kMaxSize);
    size(op.channels, kMaxSize);
    range(op.shift, 0, 31);
    value(op.output_zero);
    value(op.lo);
    value(op.hi);
    ascend(op.lo, op.hi);
    return !defect;
  }
  bool cut(const Q8AddOp& op) {
    double chunks = 1;
    chunks *= shares(op.pixels, op.pixels_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }
  bool fields(const Q8AddOp& op) {
    if (!values(op) || !cut(op)) return false;
    pixels(limits_.arena, op.a, op.pixels, op.a_stride, align_up(op.channels, 16), sizeof(uint8_t));
    pixels(limits_.arena, op.b, op.pixels, op.b_stride, align_up(op.channels, 16), sizeof(uint8_t));
    pixels(limits_.arena, op.output, op.pixels, op.output_stride, align_up(op.channels, 16), sizeof(uint8_t));
    return !defect;
  }

  bool values(const Q8PoolOp& op) {
    extents(op.input_height, op.input_width);
    size(op.input_height, kMaxHeight);
    size(op.input_width, kMaxHeight);
    size(op.input_stride, kMaxSize);
    extents(op.output_height, op.output_width);
    size(op.output_height, kMaxHeight);
    size(op.output_width, kMaxHeight);
    size(op.output_stride, kMaxSize);
    size(op.kernel_height, kMaxWindow);
    size(op.kernel_width, kMaxWindow);
    size(op.stride_height, kMaxWindow);
    size(op.stride_width, kMaxWindow);
    size(op.dilation_height, kMaxWindow);
    size(op.dilation_width, kMaxWindow);
    range(op.pad_top, 0, kMaxWindow);
    range(op.pad_left, 0, kMaxWindow);
    size(op.channels, kMaxSize);
    range(op.raw_offset, -255, 255);
    value(op.lo);
    value(op.hi);
    ascend(op.lo, op.hi);
    return !defect;
  }
  bool cut(const Q8PoolOp& op) {
    double chunks = 1;
    chunks *= shares(op.output_height, op.rows_per_chunk, 1);
    chunks *= shares(op.output_width, op.columns_per_chunk, 1);
    chunks *= shares(op.channels, op.channels_per_chunk, 8);
    return chunk_count(op.chunks, chunks);
  }
  bool fields(const Q8PoolOp& op) {
    if (!values(op) || !cut(op)) return false;
    pixels(limits_.arena, op.input, input_pixels(op), op.input_stride, op.channels, sizeof(uint8_t));
    pixels(limits_.arena, op.output, output_pixels(op), op.output_stride, op.channels, sizeof(uint8_t));
    return !defect;
  }

  bool values(const Q8MeanOp& op) {
    size(op.input_stride, kMaxSize);
    value(op.input_zero);
    size(op.pixels, kMaxMeanPixels);
    size(op.channels, kMaxSize);
    value(op.output_zero);
    value(op.lo);
    value(op.hi);
    ascend(op.lo, op.hi);
    return !defect;
  }
  bool cut(const Q8MeanOp& op) {
    double chunks = 1;
    chunks *= shares(op.channels, op.channels_per_chunk, 8);
    return chunk_count(op.chunks, chunks);
  }
  bool fields(const Q8MeanOp& op) {
    if (!values(op) || !cut(op)) return false;
    pixels(limits_.arena, op.input, op.pixels, op.input_stride, op.channels, sizeof(uint8_t));
    span(limits_.arena, op.output, 1.0 * op.channels, sizeof(uint8_t));
    return !defect;
  }

  bool values(const Q8LookupOp& op) {
    size(op.input_stride, kMaxSize);
    size(op.output_stride, kMaxSize);
    size(op.channels, kMaxSize);
    index_offset(op.table_offset);
    return !defect;
  }
  bool cut(const Q8LookupOp& op) {
    double chunks = 1;
    chunks *= shares(op.pixels, op.pixels_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }
  bool fields(const Q8LookupOp& op) {
    if (!values(op) || !cut(op)) return false;
    pixels(limits_.arena, op.input, op.pixels, op.input_stride, op.channels, sizeof(uint8_t));
    pixels(limits_.arena, op.output, op.pixels, op.output_stride, op.channels, sizeof(uint8_t));
    span(limits_.weights, op.table, 256, sizeof(int16_t));
    return !defect;
  }

  bool values(const Q8SoftmaxOp& op) {
    size(op.input_stride, kMaxSize);
    size(op.output_stride, kMaxSize);
    size(op.channels, kMaxSize);
    value(op.output_zero);
    value(op.lo);
    value(op.hi);
    ascend(op.lo, op.hi);
    return !defect;
  }
  bool cut(const Q8SoftmaxOp& op) {
    double chunks = 1;
    chunks *= shares(op.pixels, op.pixels_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }
  bool fields(const Q8SoftmaxOp& op) {
    if (!values(op) || !cut(op)) return false;
    pixels(limits_.arena, op.input, op.pixels, op.input_stride, op.channels, sizeof(uint8_t));
    pixels(limits_.arena, op.output, op.pixels, op.output_stride, op.channels, sizeof(uint8_t));
    span(limits_.weights, op.table, 256, sizeof(float));
    return !defect;
  }

  bool values(const Q8QuantizeOp& op) {
    size(op.input_stride, kMaxSize);
    size(op.output_stride, kMaxSize);
    size(op.channels, kMaxSize);
    value(op.output_zero);
    value(op.lo);
    value(op.hi);
    ascend(op.lo, op.hi);
    return !defect;
  }
  bool cut(const Q8QuantizeOp& op) {
    double chunks = 1;
    chunks *= shares(op.pixels, op.pixels_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }
  bool fields(const Q8QuantizeOp& op) {
    if (!values(op) || !cut(op)) return false;
    pixels(limits_.arena, op.input, op.pixels, op.input_stride, op.channels, sizeof(float));
    pixels(limits_.arena, op.output, op.pixels, op.output_stride, op.channels, sizeof(uint8_t));
    return !defect;
  }

  bool values(const Q8DequantizeOp& op) {
    size(op.input_stride, kMaxSize);
    size(op.output_stride, kMaxSize);
    size(op.channels, kMaxSize);
    value(op.input_zero);
    return !defect;
  }
  bool cut(const Q8DequantizeOp& op) {
    double chunks = 1;
    chunks *= shares(op.pixels, op.pixels_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }
  bool fields(const Q8DequantizeOp& op) {
    if (!values(op) || !cut(op)) return false;
    pixels(limits_.arena, op.input, op.pixels, op.input_stride, op.channels, sizeof(uint8_t));
    pixels(limits_.arena, op.output, op.pixels, op.output_stride, op.channels, sizeof(float));
    return !defect;
  }

  bool values(const F16ConvOp& op) {
    extents(op.input_height, op.input_width);
    size(op.input_height, kMaxHeight);
    size(op.input_width, kMaxHeight);
    size(op.input_stride, kMaxSize);
    size(op.input_channels, kMaxSize);
    extents(op.output_height, op.output_width);
    size(op.output_height, kMaxHeight);
    size(op.output_width, kMaxHeight);
    size(op.output_stride, kMaxSize);
    size(op.kernel_height, kMaxWindow);
    size(op.kernel_width, kMaxWindow);
    size(op.stride_height, kMaxWindow);
    size(op.stride_width, kMaxWindow);
    size(op.dilation_height, kMaxWindow);
    size(op.dilation_width, kMaxWindow);
    range(op.pad_top, 0, kMaxWindow);
    range(op.pad_left, 0, kMaxWindow);
    size(op.n, kMaxSize);
    multiple(op.n, 8);
    return !defect;
  }
  bool cut(const F16ConvOp& op) {
    double chunks = 1;
    chunks *= shares(op.output_height, op.rows_per_chunk, 1);
    chunks *= shares(op.output_width, op.columns_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }

  bool values(const F16PointwiseOp& op) {
    size(op.input_stride, kMaxSize);
    size(op.output_stride, kMaxSize);
    size(op.k, kMaxSize);
    size(op.n, kMaxSize);
    multiple(op.n, 8);
    return !defect;
  }
  bool cut(const F16PointwiseOp& op) {
    double chunks = 1;
    chunks *= shares(op.m, op.m_block, 1);
    chunks *= shares(op.n, op.n_block, 1);
    return chunk_count(op.chunks, chunks);
  }

  bool values(const F16DepthwiseOp& op) {
    extents(op.input_height, op.input_width);
    size(op.input_height, kMaxHeight);
    size(op.input_width, kMaxHeight);
    size(op.input_stride, kMaxSize);
    extents(op.output_height, op.output_width);
    size(op.output_height, kMaxHeight);
    size(op.output_width, kMaxHeight);
    size(op.output_stride, kMaxSize);
    size(op.kernel_height, kMaxWindow);
    size(op.kernel_width, kMaxWindow);
    size(op.stride_height, kMaxWindow);
    size(op.stride_width, kMaxWindow);
    size(op.dilation_height, kMaxWindow);
    size(op.dilation_width, kMaxWindow);
    range(op.pad_top, 0, kMaxWindow);
    range(op.pad_left, 0, kMaxWindow);
    size(op.channels, kMaxSize);
    return !defect;
  }
  bool cut(const F16DepthwiseOp& op) {
    double chunks = 1;
    chunks *= shares(op.output_height, op.rows_per_chunk, 1);
    chunks *= shares(op.output_width, op.columns_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }

  bool values(const F16AddOp& op) {
    size(op.a_stride, kMaxSize);
    size(op.b_stride, kMaxSize);
    size(op.output_stride, kMaxSize);
    size(op.channels, kMaxSize);
    return !defect;
  }
  bool cut(const F16AddOp& op) {
    double chunks = 1;
    chunks *= shares(op.pixels, op.pixels_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }
  bool fields(const F16AddOp& op) {
    if (!values(op) || !cut(op)) return false;
    pixels(limits_.arena, op.a, op.pixels, op.a_stride, op.channels, sizeof(Half));
    pixels(limits_.arena, op.b, op.pixels, op.b_stride, op.channels, sizeof(Half));
    pixels(limits_.arena, op.output, op.pixels, op.output_stride, op.channels, sizeof(Half));
    return !defect;
  }

  bool values(const F16PoolOp& op) {
    extents(op.input_height, op.input_width);
    size(op.input_height, kMaxHeight);
    size(op.input_width, kMaxHeight);
    size(op.input_stride, kMaxSize);
    extents(op.output_height, op.output_width);
    size(op.output_height, kMaxHeight);
    size(op.output_width, kMaxHeight);
    size(op.output_stride, kMaxSize);
    size(op.kernel_height, kMaxWindow);
    size(op.kernel_width, kMaxWindow);
    size(op.stride_height, kMaxWindow);
    size(op.stride_width, kMaxWindow);
    size(op.dilation_height, kMaxWindow);
    size(op.dilation_width, kMaxWindow);
    range(op.pad_top, 0, kMaxWindow);
    range(op.pad_left, 0, kMaxWindow);
    size(op.channels, kMaxSize);
    return !defect;
  }
  bool cut(const F16PoolOp& op) {
    double chunks = 1;
    chunks *= shares(op.output_height, op.rows_per_chunk, 1);
    chunks *= shares(op.output_width, op.columns_per_chunk, 1);
    chunks *= shares(op.channels, op.channels_per_chunk, 8);
    return chunk_count(op.chunks, chunks);
  }
  bool fields(const F16PoolOp& op) {
    if (!values(op) || !cut(op)) return false;
    pixels(limits_.arena, op.input, input_pixels(op), op.input_stride, op.channels, sizeof(Half));
    pixels(limits_.arena, op.output, output_pixels(op), op.output_stride, op.channels, sizeof(Half));
    span(limits_.scratch, op.sums, 2.0 * op.channels, sizeof(float));
    return !defect;
  }

  bool values(const F16FromF32Op& op) {
    size(op.input_stride, kMaxSize);
    size(op.output_stride, kMaxSize);
    size(op.channels, kMaxSize);
    return !defect;
  }
  bool cut(const F16FromF32Op& op) {
    double chunks = 1;
    chunks *= shares(op.pixels, op.pixels_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }
  bool fields(const F16FromF32Op& op) {
    if (!values(op) || !cut(op)) return false;
    pixels(limits_.arena, op.input, op.pixels, op.input_stride, op.channels, sizeof(float));
    pixels(limits_.arena, op.output, op.pixels, op.output_stride, op.channels, sizeof(Half));
    return !defect;
  }

  bool values(const F16ToF32Op& op) {
    size(op.input_stride, kMaxSize);
    size(op.output_stride, kMaxSize);
    size(op.channels, kMaxSize);
    return !defect;
  }
  bool cut(const F16ToF32Op& op) {
    double chunks = 1;
    chunks *= shares(op.pixels, op.pixels_per_chunk, 1);
    return chunk_count(op.chunks, chunks);
  }
  bool fields(const F16ToF32Op& op) {
    if (!values(op) || !cut(op)) return false;
    pixels(limits_.arena, op.input, op.pixels, op.input_stride, op.channels, sizeof(Half));
    pixels(limits_.arena, op.output, op.pixels, op.output_stride, op.channels, sizeof(float));
    return !defect;
  }
};

}  // namespace mobilenet_edge
