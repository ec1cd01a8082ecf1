#include "depthwise_rows.h"

namespace mobilenet_edge {

template <typename Op>
void depthwise_rows(const Context& context, const Op& op, const RowSource<ElementOf<Op>>& input, ElementOf<Op>* output,
                    int32_t begin, int32_t end, Range columns) {
  using Element = ElementOf<Op>;
  DepthwiseArgumentsOf<Element> d = {};
  d.weights = context.packed<Element>(op.weights);
  d.lo = op.lo;
  d.hi = op.hi;
  for_depthwise_rows(d, op, input, Element(0), context.own<Element>(op.pad_row), output, begin, end, columns,
                     [&](const auto& rows) { depthwise(*context.kernels, rows); });
}

template <typename Op>
static void run_depthwise(const Context& context, const Op& op, int32_t chunk) {
  using Element = ElementOf<Op>;
  const auto [rows, columns] = rectangle_of(op, chunk);
  const size_t row_stride = (size_t)op.input_width * op.input_stride;
  Element* output = context.activations<Element>(op.output) + (size_t)rows.begin * op.output_width * op.output_stride;
  depthwise_rows(context, op, {context.activations<Element>(op.input), op.input_height, row_stride}, output, rows.begin,
                 rows.end, columns);
}

template void depthwise_rows(const Context&, const DepthwiseOp&, const RowSource<float>&, float*, int32_t, int32_t,
                             Range);
template void depthwise_rows(const Context&, const F16DepthwiseOp&, const RowSource<Half>&, Half*, int32_t, int32_t,
                             Range);
void run_op(const Context& context, const DepthwiseOp& op, int32_t chunk) { run_depthwise(context, op, chunk); }
void run_op(const Context& context, const F16DepthwiseOp& op, int32_t chunk) { run_depthwise(context, op, chunk); }

}  // namespace mobilenet_edge
