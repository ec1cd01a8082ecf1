#include <string.h>

#include <algorithm>

#include "q8_ops.h"

namespace mobilenet_edge {
namespace {

// Gathers the window of output pixel (y, x): (kernel_height, kernel_width, input_channels).
void gather_window(const Q8ConvOp& op, const uint8_t* input, int32_t y, int32_t x, uint8_t* patch) {
  const size_t channels = op.input_channels;
  for (int32_t ky = 0; ky < op.kernel_height; ++ky) {
    const int32_t row = y * op.stride_height - op.pad_top + ky * op.dilation_height;
    for (int32_t kx = 0; kx < op.kernel_width; ++kx, patch += channels) {
      const int32_t column = x * op.stride_width - op.pad_left + kx * op.dilation_width;
      if (row < 0 || row >= op.input_height || column < 0 || column >= op.input_width) {
        memset(patch, op.input_zero, channels);
      } else {
        memcpy(patch, input + ((size_t)row * op.input_width + column) * op.input_stride, channels);
      }
    }
  }
}

// Those of `columns` whose windows lie between the left and right edges of the picture.
Range inner_columns(const Q8ConvOp& op, Range columns) {
  const int32_t reach = (op.kernel_width - 1) * op.dilation_width;
  if (reach >= op.input_width) return {columns.begin, columns.begin};
  const int32_t begin = (op.pad_left + op.stride_width - 1) / op.stride_width;
  const int32_t end = (op.input_width - 1 - reach + op.pad_left) / op.stride_width + 1;
  const Range range = {std::max(begin, columns.begin), std::min(end, columns.end)};
  return range.begin < range.end ? range : Range{columns.begin, columns.begin};
}

// How a window inside the picture lies in memory: `rows` x `columns` runs of `length` bytes. A kernel row is one run
// where the picture is dense.
struct Runs {
  int32_t rows, columns;
  size_t length, row_step, column_step;

  explicit Runs(const Q8ConvOp& op)
      : rows(op.kernel_height),
        columns(op.kernel_width),
        length(op.input_channels),
        row_step((size_t)op.dilation_height * op.input_width * op.input_stride),
        column_step((size_t)op.dilation_width * op.input_stride) {
    if (column_step == length) {
      length *= columns;
      columns = 1;
    }
  }
};

// Gathers `count` windows inside the picture, the first at `window`. LENGTH is the runs' length, or 0 for any.
template <size_t LENGTH>
void gather_inner(const Q8ConvOp& op, const Runs& runs, const uint8_t* window, int32_t count, uint8_t* patches) {
  const size_t length = LENGTH ? LENGTH : runs.length;
  const size_t step = (size_t)op.stride_width * op.input_stride;
  for (int32_t x = 0; x < count; ++x, window += step, patches += op.patch_stride) {
    uint8_t* to = patches;
    for (int32_t row = 0; row < runs.rows; ++row) {
      for (int32_t column = 0; column < runs.columns; ++column, to += length) {
        memcpy(to, window + row * runs.row_step + column * runs.column_step, length);
      }
    }
  }
}

// The same for windows of three runs of 9 bytes, as of 3x3 pixels of three channels. Runs are copied with the bytes
// behind them, which the next run overwrites, or the next window. Returns how many windows allow that: what is read
// lies in the picture's row, and a window follows.
int32_t gather_inner_3x9(const Q8ConvOp& op, const Runs& runs, const uint8_t* window, int32_t left, int32_t count,
                         uint8_t* patches) {
  constexpr int32_t kRun = 9, kCopied = 16;
  const int64_t step = (int64_t)op.stride_width * op.input_stride;
  const int64_t room = (int64_t)(op.input_width - left) * op.input_stride - kCopied;
  int32_t x = 0;
  for (; x < count - 1 && x * step <= room; ++x, window += step, patches += op.patch_stride) {
    for (int32_t row = 0; row < 3; ++row) memcpy(patches + kRun * row, window + row * runs.row_step, kCopied);
  }
  return x;
}

// Gathers the windows of `columns` of output row `y`, patch_stride bytes apart.
void gather_row(const Q8ConvOp& op, const Runs& runs, const uint8_t* input, int32_t y, Range columns,
                uint8_t* patches) {
  const int32_t top = y * op.stride_height - op.pad_top;
  const bool inside = top >= 0 && top + (op.kernel_height - 1) * op.dilation_height < op.input_height;
  const Range inner = inside ? inner_columns(op, columns) : Range{columns.begin, columns.begin};
  const auto patch = [&](int32_t x) { return patches + (size_t)(x - columns.begin) * op.patch_stride; };
  for (int32_t x = columns.begin; x < inner.begin; ++x) gather_window(op, input, y, x, patch(x));
  if (inner.begin < inner.end) {
    const int32_t left = inner.begin * op.stride_width - op.pad_left;
    const uint8_t* window = input + ((size_t)top * op.input_width + left) * op.input_stride;
    int32_t x = inner.begin;
    if (runs.rows == 3 && runs.columns == 1 && runs.length == 9) {
      x += gather_inner_3x9(op, runs, window, left, inner.end - x, patch(x));
    }
    const auto gather = runs.length == 3 ? gather_inner<3> : gather_inner<0>;
    gather(op, runs, window + (size_t)(x - inner.begin) * op.stride_width * op.input_stride, inner.end - x, patch(x));
  }
  for (int32_t x = inner.end; x < columns.end; ++x) gather_window(op, input, y, x, patch(x));
}

}  // namespace

void conv_rows(const Context& context, const Q8ConvOp& op, uint8_t* output, int32_t begin, int32_t end, Range columns) {
  const uint8_t* input = context.arena + op.input;
  uint8_t* patches = context.scratch + op.patches;
  const Runs runs(op);
  Q8GemmArguments g = q8_gemm_arguments(context, op, (size_t)op.kernel_height * op.kernel_width * op.input_channels);
  g.m = columns.end - columns.begin;
  g.input = patches;
  g.input_stride = op.patch_stride;
  for (int32_t y = begin; y < end; ++y, output += (size_t)op.output_width * op.output_stride) {
    gather_row(op, runs, input, y, columns, patches);
    g.output = output + (size_t)columns.begin * op.output_stride;
    context.kernels->q8_gemm(g);
  }
}

void run_op(const Context& context, const Q8ConvOp& op, int32_t chunk) {
  const auto [rows, columns] = rectangle_of(op, chunk);
  uint8_t* output = context.arena + op.output + (size_t)rows.begin * op.output_width * op.output_stride;
  conv_rows(context, op, output, rows.begin, rows.end, columns);
}

}  // namespace mobilenet_edge
