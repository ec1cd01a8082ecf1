#include <math.h>

#include "ops.h"

namespace mobilenet_edge {

void run_add(const Context& context, const AddOp& op, int32_t chunk) {
  const Range pixels = piece_of(op.pixels, op.pixels_per_chunk, chunk);
  for (size_t pixel = pixels.begin; pixel < (size_t)pixels.end; ++pixel) {
    const float* a = context.activations(op.a) + pixel * op.a_stride;
    const float* b = context.activations(op.b) + pixel * op.b_stride;
    float* output = context.activations(op.output) + pixel * op.output_stride;
    for (int32_t c = 0; c < op.channels; ++c) output[c] = clamp(a[c] + b[c], op.lo, op.hi);
  }
}

void run_softmax(const Context& context, const SoftmaxOp& op, int32_t) {
  for (size_t pixel = 0; pixel < (size_t)op.pixels; ++pixel) {
    const float* input = context.activations(op.input) + pixel * op.input_stride;
    float* output = context.activations(op.output) + pixel * op.output_stride;
    float largest = input[0];
    for (int32_t c = 1; c < op.channels; ++c) largest = input[c] > largest ? input[c] : largest;
    float sum = 0;
    for (int32_t c = 0; c < op.channels; ++c) {
      output[c] = expf(op.beta * (input[c] - largest));
      sum += output[c];
    }
    for (int32_t c = 0; c < op.channels; ++c) output[c] /= sum;
  }
}

void run_sigmoid(const Context& context, const SigmoidOp& op, int32_t) {
  for (size_t pixel = 0; pixel < (size_t)op.pixels; ++pixel) {
    const float* input = context.activations(op.input) + pixel * op.input_stride;
    float* output = context.activations(op.output) + pixel * op.output_stride;
    for (int32_t c = 0; c < op.channels; ++c) output[c] = 1 / (1 + expf(-input[c]));
  }
}

}  // namespace mobilenet_edge
