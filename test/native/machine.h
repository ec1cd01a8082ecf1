// A program of hand-made records with memory of exactly the size it needs.
#pragma once

#include "../../native/execute.h"
#include "../../native/validate.h"
#include "support.h"

namespace mobilenet_edge {

template <typename Op>
std::vector<int32_t> words_of(Op op) {
  op.words = sizeof(Op) / sizeof(int32_t);
  std::vector<int32_t> words(op.words);
  memcpy(words.data(), &op, sizeof(Op));
  return words;
}

inline int32_t bytes(size_t floats) { return (int32_t)(floats * sizeof(float)); }
inline int32_t pieces(int32_t total, int32_t size) { return (total + size - 1) / size; }

// How a windowed op's output is cut into chunks.
struct Cut {
  int32_t rows, columns;
};
template <typename Op>
void cut_picture(Op* op, const Cut& cut) {
  op->rows_per_chunk = cut.rows, op->columns_per_chunk = cut.columns;
  op->chunks = pieces(op->output_height, cut.rows) * pieces(op->output_width, cut.columns);
}
template <typename Op>
void cut_pool(Op* op, const Cut& cut, int32_t channels) {
  cut_picture(op, cut);
  op->channels_per_chunk = channels;
  op->chunks *= pieces(op->channels, channels);
}

template <typename Element>
struct MachineOf {
  const Kernels& kernels;
  GuardedArray<Element> arena, weights, scratch;

  MachineOf(const Kernels& table, const std::vector<Element>& input, size_t arena_elements,
            const std::vector<Element>& packed, size_t scratch_elements)
      : kernels(table), arena(arena_elements), weights(packed), scratch(scratch_elements) {
    std::copy(input.begin(), input.end(), arena.data());
  }

  Defect check(const std::vector<int32_t>& ops) {
    const Limits limits = {weights.bytes(), arena.bytes(), scratch.bytes(), weights.raw()};
    return validate(ops.data(), ops.size(), limits, kernels);
  }

  bool intact() { return arena.intact() && weights.intact() && scratch.intact(); }

  // Runs what check() has passed.
  void execute_checked(const std::vector<int32_t>& ops) {
    Execution({&kernels, weights.raw(), arena.raw(), scratch.raw()}, scratch.bytes(), 1, ops.data(), ops.size())
        .work(0);
  }

  // What the arena holds from element `from` on when the program has run; empty if it is not valid.
  std::vector<Element> run(const std::vector<int32_t>& ops, size_t from, const std::string& name) {
    const Defect defect = check(ops);
    if (!expect(!defect.message, name + ": " + (defect.message ? defect.message : ""))) return {};
    execute_checked(ops);
    expect(intact(), name + " stays inside");
    return {arena.data() + from, arena.data() + arena.size()};
  }
};
using Machine = MachineOf<float>;
using Q8Machine = MachineOf<uint8_t>;

// A convolution's window over a picture, as the records have it.
struct Window {
  int32_t input_height, input_width, output_height, output_width;
  int32_t kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width, pad_top, pad_left;

  // TensorFlow's SAME for stride 1 and 2, or no padding.
  static Window square(int32_t height, int32_t width, int32_t kernel, int32_t stride, bool same) {
    const auto extent = [&](int32_t size) { return same ? pieces(size, stride) : (size - kernel) / stride + 1; };
    const auto pad = [&](int32_t size) {
      return same ? std::max(0, (extent(size) - 1) * stride + kernel - size) / 2 : 0;
    };
    return {height, width, extent(height), extent(width), kernel, kernel, stride, stride,
            1,      1,     pad(height),    pad(width)};
  }

  // By rows, and rows by columns.
  std::vector<Cut> cuts() const {
    return {{output_height, output_width},
            {1, output_width},
            {2, output_width},
            {3, output_width},
            {1, 1},
            {1, 3},
            {2, 5},
            {output_height, 4}};
  }

  template <typename Op>
  void fill(Op* op) const {
    op->input_height = input_height, op->input_width = input_width;
    op->output_height = output_height, op->output_width = output_width;
    op->kernel_height = kernel_height, op->kernel_width = kernel_width;
    op->stride_height = stride_height, op->stride_width = stride_width;
    op->dilation_height = dilation_height, op->dilation_width = dilation_width;
    op->pad_top = pad_top, op->pad_left = pad_left;
  }

  // Calls visit(tap, pixel) for the taps of output pixel (y, x) that lie inside the picture.
  template <typename Visit>
  void taps(int32_t y, int32_t x, Visit visit) const {
    for (int32_t tap = 0; tap < kernel_height * kernel_width; ++tap) {
      const int32_t row = y * stride_height - pad_top + tap / kernel_width * dilation_height;
      const int32_t column = x * stride_width - pad_left + tap % kernel_width * dilation_width;
      if (row < 0 || row >= input_height || column < 0 || column >= input_width) continue;
      visit(tap, row * input_width + column);
    }
  }
};

}  // namespace mobilenet_edge
