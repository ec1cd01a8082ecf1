// Records of every kind of op, as words.
#pragma once

#include "draw.h"

namespace mobilenet_edge {

struct RecordKind {
  const char* name;
  std::vector<int32_t> (*draw)(Draw& draw);
  // Only where there is arithmetic of halves.
  bool needs_halves = false;
};

// All kinds that these kernels run.
std::vector<RecordKind> record_kinds(const Kernels& kernels);

std::vector<RecordKind> float_kinds();
std::vector<RecordKind> q8_kinds();

// The multiplications, or as much, that running a record takes, about.
double work_of(const int32_t* record);

template <typename Op>
std::vector<int32_t> joined(InvertedResidualOp op, const std::vector<int32_t>& expansion, const Op& depthwise,
                            const std::vector<int32_t>& projection) {
  std::vector<int32_t> words = words_of(op);
  for (const auto& part : {expansion, words_of(depthwise), projection}) {
    words.insert(words.end(), part.begin(), part.end());
  }
  words[1] = (int32_t)words.size();
  return words;
}

// The rows and scratch of a bottleneck, fitting its depthwise convolution of elements of so many bytes.
template <typename Op>
InvertedResidualOp draw_inverted_residual(Draw& draw, const Op& depthwise, int32_t element_bytes) {
  InvertedResidualOp op = {OPCODE_INVERTED_RESIDUAL};
  op.rows_per_chunk = draw.integer(1, depthwise.output_height);
  op.chunks = pieces(depthwise.output_height, op.rows_per_chunk);
  op.band_rows = draw.integer(1, 3);
  const int32_t rows =
      (op.band_rows - 1) * depthwise.stride_height + (depthwise.kernel_height - 1) * depthwise.dilation_height + 1;
  op.window_rows = rows + (draw.chance(70) ? 0 : draw.integer(0, 3));
  if (draw.chance(20)) op.window_rows = std::min(rows, depthwise.input_height);
  op.window = draw.address(element_bytes), op.band = draw.address(element_bytes);
  return op;
}

}  // namespace mobilenet_edge
