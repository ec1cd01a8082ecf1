// What ops share. Each has a function, run_op() of its record's type, declared in generated/dispatch.h; several may run
// chunks of an op in any order and on any thread, each thread with a Context of its own, whose scratch no other thread
// touches. See lib/program/schema.ts for what the fields mean.
#pragma once

#include "../generated/dispatch.h"

namespace mobilenet_edge {

struct Context {
  const Kernels* kernels;
  const uint8_t* weights;
  uint8_t* arena;
  uint8_t* scratch;

  template <typename Element = float>
  Element* activations(int32_t offset) const {
    return reinterpret_cast<Element*>(arena + offset);
  }
  template <typename Element = float>
  Element* own(int32_t offset) const {
    return reinterpret_cast<Element*>(scratch + offset);
  }
  template <typename Element = float>
  const Element* packed(int32_t offset) const {
    return reinterpret_cast<const Element*>(weights + offset);
  }
};

// First and one past the last index of piece `piece` of `total` things dealt `size` at a time.
struct Range {
  int32_t begin, end;
};
inline Range piece_of(int32_t total, int32_t size, int32_t piece) {
  const int32_t begin = piece * size;
  return {begin, begin + size < total ? begin + size : total};
}
inline int32_t pieces_of(int32_t total, int32_t size) { return (total - 1) / size + 1; }

// A piece of the output picture.
struct Rectangle {
  Range rows, columns;
};
template <typename Op>
Rectangle rectangle_of(const Op& op, int32_t piece) {
  const int32_t across = pieces_of(op.output_width, op.columns_per_chunk);
  return {piece_of(op.output_height, op.rows_per_chunk, piece / across),
          piece_of(op.output_width, op.columns_per_chunk, piece % across)};
}
template <typename Op>
Range all_columns(const Op& op) {
  return {0, op.output_width};
}

// Calls visit(y, x, channels) for the output pixels of a chunk of a pool.
template <typename Op, typename Visit>
void for_pool_pixels(const Op& op, int32_t chunk, Visit visit) {
  const int32_t pieces = pieces_of(op.channels, op.channels_per_chunk);
  const auto [rows, columns] = rectangle_of(op, chunk / pieces);
  const Range channels = piece_of(op.channels, op.channels_per_chunk, chunk % pieces);
  for (int32_t y = rows.begin; y < rows.end; ++y) {
    for (int32_t x = columns.begin; x < columns.end; ++x) visit(y, x, channels);
  }
}

// Output rows [begin, end) of a convolution, written to `output`, where the first of them begins; of them `columns`.
template <typename Op>
void conv_rows(const Context& context, const Op& op, ElementOf<Op>* output, int32_t begin, int32_t end, Range columns);

// Some rows of pixels of a pointwise op, all columns: `rows` of input (rows, k) to output (rows, n).
template <typename Op>
void pointwise_rows(const Context& context, const Op& op, const ElementOf<Op>* input, ElementOf<Op>* output,
                    const ElementOf<Op>* residual, int32_t rows);

// Where the rows of a depthwise op's input lie: row y at base + (y % ring) * row_stride.
template <typename Element>
struct RowSource {
  const Element* base;
  int32_t ring;
  size_t row_stride;
};

// Output rows [begin, end) of a depthwise op, written to `output`, where the first of them begins; of them `columns`.
template <typename Op>
void depthwise_rows(const Context& context, const Op& op, const RowSource<ElementOf<Op>>& input, ElementOf<Op>* output,
                    int32_t begin, int32_t end, Range columns);

// The first panel that starts at or after `column`, a multiple of the panel width: a wide last panel may begin before
// it.
inline int32_t panel_boundary(int32_t panel, int32_t last_panel, int32_t n, int32_t column) {
  if (column <= 0) return 0;
  return n - column + panel <= last_panel || column > n ? n : column;
}

// The kernels of an element type.
inline void gemm(const Kernels& kernels, const GemmArguments& g) { kernels.f32_gemm(g); }
inline void gemm(const Kernels& kernels, const F16GemmArguments& g) { kernels.f16_gemm(g); }
inline void depthwise(const Kernels& kernels, const DepthwiseArguments& d) { kernels.f32_depthwise(d); }
inline void depthwise(const Kernels& kernels, const F16DepthwiseArguments& d) { kernels.f16_depthwise(d); }
inline const Geometry& geometry_of(const Kernels& kernels, float) { return kernels.geometry; }
inline const Geometry& geometry_of(const Kernels& kernels, Half) { return kernels.f16_geometry; }
inline const Q8Geometry& geometry_of(const Kernels& kernels, uint8_t) { return kernels.q8_geometry; }

// As the kernels clamp: a NaN stays one.
inline float clamp(float value, float lo, float hi) { return value < lo ? lo : value > hi ? hi : value; }

}  // namespace mobilenet_edge
