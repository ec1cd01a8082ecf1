// Functions of one value, see lib/program/unary.ts.
#include <math.h>

#include "ops.h"

namespace mobilenet_edge {
namespace {

template <typename Function>
void for_values(const Context& context, const UnaryOp& op, int32_t chunk, Function function) {
  const Range pixels = piece_of(op.pixels, op.pixels_per_chunk, chunk);
  for (size_t pixel = pixels.begin; pixel < (size_t)pixels.end; ++pixel) {
    const float* input = context.activations(op.input) + pixel * op.input_stride;
    float* output = context.activations(op.output) + pixel * op.output_stride;
    for (int32_t c = 0; c < op.channels; ++c) output[c] = function(input[c]);
  }
}

}  // namespace

void run_op(const Context& context, const UnaryOp& op, int32_t chunk) {
  switch (op.function) {
    case UNARY_SIGMOID:
      return for_values(context, op, chunk, [](float x) { return 1 / (1 + expf(-x)); });
    case UNARY_HARD_SWISH:
      return for_values(context, op, chunk, [](float x) { return x * clamp(x + 3, 0, 6) / 6; });
  }
}

}  // namespace mobilenet_edge
