#include <string.h>

#include "ops.h"

namespace mobilenet_edge {

void depthwise_rows(const Context& context, const DepthwiseOp& op, const RowSource& input, float* output, int32_t begin,
                    int32_t end) {
  // Kernels make two rows at a time of what they are given.
  constexpr int32_t kStep = 2;
  const float* rows[kMaxDepthwiseRows];
  float* zeros = context.own(op.pad_row);
  bool zeroed = false;
  DepthwiseArguments d = {};
  d.rows = rows;
  d.weights = context.packed(op.weights);
  d.channels = op.channels;
  d.input_width = op.input_width;
  d.input_stride = op.input_stride;
  d.output_width = op.output_width;
  d.output_stride = op.output_stride;
  d.kernel_height = op.kernel_height;
  d.kernel_width = op.kernel_width;
  d.stride_height = op.stride_height;
  d.stride_width = op.stride_width;
  d.dilation_height = op.dilation_height;
  d.dilation_width = op.dilation_width;
  d.pad_left = op.pad_left;
  d.lo = op.lo;
  d.hi = op.hi;
  for (int32_t y = begin; y < end; y += kStep) {
    d.output_rows = end - y < kStep ? end - y : kStep;
    const int32_t first = y * op.stride_height - op.pad_top;
    const int32_t count =
        ((int32_t)d.output_rows - 1) * op.stride_height + (op.kernel_height - 1) * op.dilation_height + 1;
    for (int32_t i = 0; i < count; ++i) {
      const int32_t row = first + i;
      const bool inside = row >= 0 && row < op.input_height;
      rows[i] = inside ? input.base + (row % input.ring) * input.row_stride : zeros;
      if (!inside && !zeroed) {
        // Scratch is shared by all ops, so what was zero may be no longer.
        memset(zeros, 0, sizeof(float) * op.input_width * op.input_stride);
        zeroed = true;
      }
    }
    d.output = output + (y - begin) * d.output_width * d.output_stride;
    context.kernels->f32_depthwise(d);
  }
}

void run_depthwise(const Context& context, const DepthwiseOp& op, int32_t chunk) {
  const Range rows = piece_of(op.output_height, op.rows_per_chunk, chunk);
  const RowSource input = {context.activations(op.input), op.input_height, (size_t)op.input_width * op.input_stride};
  float* output = context.activations(op.output) + (size_t)rows.begin * op.output_width * op.output_stride;
  depthwise_rows(context, op, input, output, rows.begin, rows.end);
}

}  // namespace mobilenet_edge
