#include <string.h>

#include <algorithm>

#include "ops.h"

namespace mobilenet_edge {
namespace {

// Gathers the patches of output pixels [begin, end) of row `y`, each (kernel_height, kernel_width, input_channels),
// with zeros outside the picture.
template <typename Op, typename Element>
void gather_patches(const Op& op, const Element* input, int32_t y, int32_t begin, int32_t end, Element* patches) {
  const size_t channels = op.input_channels;
  for (int32_t x = begin; x < end; ++x) {
    for (int32_t ky = 0; ky < op.kernel_height; ++ky) {
      const int32_t row = y * op.stride_height - op.pad_top + ky * op.dilation_height;
      for (int32_t kx = 0; kx < op.kernel_width; ++kx, patches += channels) {
        const int32_t column = x * op.stride_width - op.pad_left + kx * op.dilation_width;
        if (row < 0 || row >= op.input_height || column < 0 || column >= op.input_width) {
          memset(patches, 0, channels * sizeof(Element));
        } else {
          memcpy(patches, input + ((size_t)row * op.input_width + column) * op.input_stride,
                 channels * sizeof(Element));
        }
      }
    }
  }
}

// Those of `columns` of output row `y` whose windows lie inside the picture with each kernel row one run of memory.
template <typename Op>
Range direct_pixels(const Op& op, int32_t y, Range columns) {
  const int32_t top = y * op.stride_height - op.pad_top;
  const int32_t bottom = top + (op.kernel_height - 1) * op.dilation_height;
  const int32_t last_left = op.input_width - op.kernel_width;  // the last column where a window may begin
  const bool runs = op.input_stride == op.input_channels && op.dilation_width == 1;
  if (!runs || top < 0 || bottom >= op.input_height || last_left < 0) return {columns.begin, columns.begin};
  const int32_t begin = (op.pad_left + op.stride_width - 1) / op.stride_width;
  const int32_t end = (last_left + op.pad_left) / op.stride_width + 1;
  const Range range = {std::max(begin, columns.begin), std::min(end, columns.end)};
  return range.begin < range.end ? range : Range{columns.begin, columns.begin};
}

}  // namespace

template <typename Op>
void conv_rows(const Context& context, const Op& op, ElementOf<Op>* output, int32_t begin, int32_t end, Range columns) {
  using Element = ElementOf<Op>;
  const Element* input = context.activations<Element>(op.input);
  Element* patches = context.own<Element>(op.patches);
  GemmArgumentsOf<Element> g = {};
  g.n = op.n;
  g.k = (size_t)op.kernel_height * op.kernel_width * op.input_channels;
  g.weights = context.packed<Element>(op.weights);
  g.output_stride = op.output_stride;
  g.lo = op.lo;
  g.hi = op.hi;

  for (int32_t y = begin; y < end; ++y, output += (size_t)op.output_width * op.output_stride) {
    const auto multiply = [&](int32_t left, int32_t right) {
      if (left == right) return;
      g.m = right - left;
      g.output = output + (size_t)left * op.output_stride;
      gemm(*context.kernels, g);
    };
    const auto multiply_patches = [&](int32_t left, int32_t right) {
      gather_patches(op, input, y, left, right, patches);
      g.input = patches;
      g.input_stride = g.k;
      g.segments = 1;
      g.segment_length = g.k;
      multiply(left, right);
    };

    const auto multiply_direct = [&](int32_t left, int32_t right) {
      const size_t row = y * op.stride_height - op.pad_top;
      const size_t column = left * op.stride_width - op.pad_left;
      g.input = input + (row * op.input_width + column) * op.input_stride;
      g.input_stride = (size_t)op.stride_width * op.input_stride;
      g.segments = op.kernel_height;
      g.segment_length = (size_t)op.kernel_width * op.input_channels;
      g.segment_stride = (size_t)op.dilation_height * op.input_width * op.input_stride;
      multiply(left, right);
    };

    const Range direct = direct_pixels(op, y, columns);
    multiply_patches(columns.begin, direct.begin);
    if (direct.begin < direct.end) multiply_direct(direct.begin, direct.end);
    multiply_patches(direct.end, columns.end);
  }
}

template <typename Op>
static void run_conv(const Context& context, const Op& op, int32_t chunk) {
  const auto [rows, columns] = rectangle_of(op, chunk);
  auto* output =
      context.activations<ElementOf<Op>>(op.output) + (size_t)rows.begin * op.output_width * op.output_stride;
  conv_rows(context, op, output, rows.begin, rows.end, columns);
}

template void conv_rows(const Context&, const ConvOp&, float*, int32_t, int32_t, Range);
template void conv_rows(const Context&, const F16ConvOp&, Half*, int32_t, int32_t, Range);
void run_op(const Context& context, const ConvOp& op, int32_t chunk) { run_conv(context, op, chunk); }
void run_op(const Context& context, const F16ConvOp& op, int32_t chunk) { run_conv(context, op, chunk); }

}  // namespace mobilenet_edge
