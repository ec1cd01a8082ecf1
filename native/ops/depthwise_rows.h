// The loop over rows that depthwise ops of every element type share.
#pragma once

#include <algorithm>

#include "ops.h"

namespace mobilenet_edge {

// Output rows of one call of a depthwise kernel: an even number, for kernels make two rows at once, and enough pixels
// that what a kernel does once a call hardly counts, but no more, for it may go through all rows once a group of
// channels.
template <typename Op>
int32_t depthwise_rows_per_call(const Op& op) {
  constexpr int32_t kPixels = 256;
  int32_t rows = 2;
  const auto input_rows = [&op](int32_t count) {
    return (int64_t)(count - 1) * op.stride_height + (int64_t)(op.kernel_height - 1) * op.dilation_height + 1;
  };
  while (rows * op.output_width < kPixels && input_rows(rows + 2) <= kMaxDepthwiseRows) rows += 2;
  return rows;
}

// Output rows [begin, end) of a depthwise op, of them `columns`, written to `output`, where the first row begins, by
// calls of kernel(arguments). `outside` is what places outside the picture hold; `arguments` has all that `op` does not
// tell.
template <typename Arguments, typename Op, typename Element, typename Kernel>
void for_depthwise_rows(Arguments arguments, const Op& op, const RowSource<Element>& input, Element outside,
                        Element* pad_row, Element* output, int32_t begin, int32_t end, Range columns, Kernel kernel) {
  // Kernels make whole rows: parts of rows are narrower pictures of one row, which begin with the first column that
  // they read.
  const int32_t width = columns.end - columns.begin;
  const int32_t step = width == op.output_width ? depthwise_rows_per_call(op) : 1;
  const int32_t left = columns.begin * op.stride_width - op.pad_left;
  const int32_t skipped = std::min(std::max(left, 0), op.input_width);
  const Element* rows[kMaxDepthwiseRows];
  bool padded = false;
  arguments.rows = rows;
  arguments.channels = op.channels;
  arguments.input_width = op.input_width - skipped;
  arguments.input_stride = op.input_stride;
  arguments.output_width = width;
  arguments.output_stride = op.output_stride;
  arguments.kernel_height = op.kernel_height;
  arguments.kernel_width = op.kernel_width;
  arguments.stride_height = op.stride_height;
  arguments.stride_width = op.stride_width;
  arguments.dilation_height = op.dilation_height;
  arguments.dilation_width = op.dilation_width;
  arguments.pad_left = std::max(-left, 0);
  for (int32_t y = begin; y < end; y += step) {
    arguments.output_rows = end - y < step ? end - y : step;
    const int32_t first = y * op.stride_height - op.pad_top;
    const int32_t count =
        ((int32_t)arguments.output_rows - 1) * op.stride_height + (op.kernel_height - 1) * op.dilation_height + 1;
    for (int32_t i = 0; i < count; ++i) {
      const int32_t row = first + i;
      const bool inside = row >= 0 && row < op.input_height;
      rows[i] =
          (inside ? input.base + (row % input.ring) * input.row_stride : pad_row) + (size_t)skipped * op.input_stride;
      if (!inside && !padded) {
        // Scratch is shared by all ops, so what it held may be no longer there.
        const size_t values = (size_t)op.input_width * op.input_stride;
        for (size_t j = 0; j < values; ++j) pad_row[j] = outside;
        padded = true;
      }
    }
    const size_t pixel = (size_t)(y - begin) * op.output_width + columns.begin;
    arguments.output = output + pixel * arguments.output_stride;
    kernel(arguments);
  }
}

}  // namespace mobilenet_edge
