#include <type_traits>

#include "q8_ops.h"

namespace mobilenet_edge {
namespace {

// Rows [begin, end) of the expanded picture, `width` pixels each.
template <typename Op>
void expand_pointwise(const Context& context, const Op& op, int32_t begin, int32_t end, int32_t width,
                      ElementOf<Op>* output) {
  const auto* input = context.activations<ElementOf<Op>>(op.input) + (size_t)begin * width * op.input_stride;
  pointwise_rows(context, op, input, output, nullptr, (end - begin) * width);
}
void expand(const Context& context, const PointwiseOp& op, int32_t begin, int32_t end, int32_t width, float* output) {
  expand_pointwise(context, op, begin, end, width, output);
}
void expand(const Context& context, const F16PointwiseOp& op, int32_t begin, int32_t end, int32_t width, Half* output) {
  expand_pointwise(context, op, begin, end, width, output);
}
void expand(const Context& context, const Q8PointwiseOp& op, int32_t begin, int32_t end, int32_t width,
            uint8_t* output) {
  const uint8_t* input = context.arena + op.input + (size_t)begin * width * op.input_stride;
  pointwise_rows(context, op, input, output, (end - begin) * width);
}
template <typename Conv, typename Element>
void expand(const Context& context, const Conv& op, int32_t begin, int32_t end, int32_t, Element* output) {
  conv_rows(context, op, output, begin, end, all_columns(op));
}

// The projection of `pixels` pixels at `input`, to pixel `pixel` of the output and on.
template <typename Op>
void project(const Context& context, const Op& op, const ElementOf<Op>* input, size_t pixel, int32_t pixels) {
  using Element = ElementOf<Op>;
  const Element* residual =
      op.residual >= 0 ? context.activations<Element>(op.residual) + pixel * op.residual_stride : nullptr;
  Element* output = context.activations<Element>(op.output) + pixel * op.output_stride;
  pointwise_rows(context, op, input, output, residual, pixels);
}
void project(const Context& context, const Q8PointwiseOp& op, const uint8_t* input, size_t pixel, int32_t pixels) {
  pointwise_rows(context, op, input, context.arena + op.output + pixel * op.output_stride, pixels);
}

template <typename Expansion>
void run_parts(const Context& context, const InvertedResidualOp& op, const Expansion& expansion, int32_t chunk) {
  using Element = ElementOf<Expansion>;
  using Depthwise = OpOf<Family::kDepthwise, Element>;
  using Pointwise = OpOf<Family::kPointwise, Element>;
  const auto& depthwise = *reinterpret_cast<const Depthwise*>(&expansion + 1);
  const auto& projection = *reinterpret_cast<const Pointwise*>(&depthwise + 1);

  auto* window = reinterpret_cast<Element*>(context.scratch + op.window);
  auto* band = reinterpret_cast<Element*>(context.scratch + op.band);
  const int32_t input_width = depthwise.input_width;
  const RowSource<Element> expanded = {window, op.window_rows, (size_t)input_width * depthwise.input_stride};

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
      expand(context, expansion, next, next + count, input_width, window + slot * expanded.row_stride);
      next += count;
    }

    depthwise_rows(context, depthwise, expanded, band, y, end, all_columns(depthwise));
    project(context, projection, band, (size_t)y * depthwise.output_width, (end - y) * depthwise.output_width);
  }
}

}  // namespace

void run_op(const Context& context, const InvertedResidualOp& op, int32_t chunk) {
  visit_op(reinterpret_cast<const OpHeader&>(*(&op + 1)), [&](const auto& expansion) {
    constexpr Family kFamily = kFamilyOf<std::decay_t<decltype(expansion)>>;
    if constexpr (kFamily == Family::kConv || kFamily == Family::kPointwise) run_parts(context, op, expansion, chunk);
  });
}

}  // namespace mobilenet_edge
