#include "depthwise_rows.h"
#include "q8_ops.h"

namespace mobilenet_edge {

void depthwise_rows(const Context& context, const Q8DepthwiseOp& op, const RowSource<uint8_t>& input, uint8_t* output,
                    int32_t begin, int32_t end, Range columns) {
  Q8DepthwiseArguments d = {};
  d.weights = context.weights + op.weights;
  d.input_zero = op.input_zero;
  d.to = {op.output_zero, op.lo, op.hi, op.small_sums != 0};
  for_depthwise_rows(d, op, input, (uint8_t)op.input_zero, context.scratch + op.pad_row, output, begin, end, columns,
                     context.kernels->q8_depthwise);
}

void run_op(const Context& context, const Q8DepthwiseOp& op, int32_t chunk) {
  const auto [rows, columns] = rectangle_of(op, chunk);
  const size_t row_stride = (size_t)op.input_width * op.input_stride;
  uint8_t* output = context.arena + op.output + (size_t)rows.begin * op.output_width * op.output_stride;
  depthwise_rows(context, op, {context.arena + op.input, op.input_height, row_stride}, output, rows.begin, rows.end,
                 columns);
}

}  // namespace mobilenet_edge
