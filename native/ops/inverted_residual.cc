#include "ops.h"

namespace mobilenet_edge {

void run_inverted_residual(const Context& context, const InvertedResidualOp& op, int32_t chunk) {
  const auto& expansion = *reinterpret_cast<const PointwiseOp*>(&op + 1);
  const auto& depthwise = *reinterpret_cast<const DepthwiseOp*>(&expansion + 1);
  const auto& projection = *reinterpret_cast<const PointwiseOp*>(&depthwise + 1);

  const float* input = context.activations(expansion.input);
  float* window = context.own(op.window);
  float* band = context.own(op.band);
  const int32_t input_width = depthwise.input_width;
  const RowSource expanded = {window, op.window_rows, (size_t)input_width * depthwise.input_stride};

  const Range rows = piece_of(depthwise.output_height, op.rows_per_chunk, chunk);
  int32_t next = 0;  // the first row of the expanded picture that this chunk has not made yet
  for (int32_t y = rows.begin; y < rows.end; y += op.band_rows) {
    const int32_t end = y + op.band_rows < rows.end ? y + op.band_rows : rows.end;

    const int32_t first_needed = y * depthwise.stride_height - depthwise.pad_top;
    const int32_t last_needed = (end - 1) * depthwise.stride_height - depthwise.pad_top +
                                (depthwise.kernel_height - 1) * depthwise.dilation_height;
    const int32_t needed_end = last_needed + 1 < depthwise.input_height ? last_needed + 1 : depthwise.input_height;
    if (next < first_needed) next = first_needed;
    while (next < needed_end) {
      // Up to the end of the ring at once.
      const int32_t slot = next % op.window_rows;
      const int32_t room = op.window_rows - slot;
      const int32_t count = needed_end - next < room ? needed_end - next : room;
      pointwise_rows(context, expansion, input + (size_t)next * input_width * expansion.input_stride,
                     window + slot * expanded.row_stride, nullptr, count * input_width);
      next += count;
    }

    depthwise_rows(context, depthwise, expanded, band, y, end);

    const size_t pixel = (size_t)y * depthwise.output_width;
    const float* residual = nullptr;
    if (projection.residual >= 0) {
      residual = context.activations(projection.residual) + pixel * projection.residual_stride;
    }
    pointwise_rows(context, projection, band, context.activations(projection.output) + pixel * projection.output_stride,
                   residual, (end - y) * depthwise.output_width);
  }
}

}  // namespace mobilenet_edge
