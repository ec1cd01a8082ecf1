#include "depthwise_rows.h"

namespace mobilenet_edge {

void depthwise_rows(const Context& context, const DepthwiseOp& op, const RowSource<float>& input, float* output,
                    int32_t begin, int32_t end) {
  DepthwiseArguments d = {};
  d.weights = context.packed(op.weights);
  d.lo = op.lo;
  d.hi = op.hi;
  for_depthwise_rows(d, op, input, 0.0f, context.own(op.pad_row), output, begin, end, context.kernels->f32_depthwise);
}

void run_depthwise(const Context& context, const DepthwiseOp& op, int32_t chunk) {
  const Range rows = piece_of(op.output_height, op.rows_per_chunk, chunk);
  const size_t row_stride = (size_t)op.input_width * op.input_stride;
  float* output = context.activations(op.output) + (size_t)rows.begin * op.output_width * op.output_stride;
  depthwise_rows(context, op, {context.activations(op.input), op.input_height, row_stride}, output, rows.begin,
                 rows.end);
}

}  // namespace mobilenet_edge
