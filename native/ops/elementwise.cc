#include <math.h>

#include "ops.h"

namespace mobilenet_edge {
namespace {

// Calls visit(input, output, count) for runs of neighbouring values of a chunk, here by their indices: pixels, or all
// at once.
template <typename Op, typename Visit>
void for_runs(const Op& op, int32_t chunk, Visit visit) {
  const Range pixels = piece_of(op.pixels, op.pixels_per_chunk, chunk);
  const size_t begin = pixels.begin, end = pixels.end, channels = op.channels;
  if (op.input_stride == op.channels && op.output_stride == op.channels) {
    return visit(begin * channels, begin * channels, (end - begin) * channels);
  }
  for (size_t i = begin; i < end; ++i) visit(i * op.input_stride, i * op.output_stride, channels);
}

}  // namespace

void run_op(const Context& context, const AddOp& op, int32_t chunk) {
  const Range pixels = piece_of(op.pixels, op.pixels_per_chunk, chunk);
  for (size_t pixel = pixels.begin; pixel < (size_t)pixels.end; ++pixel) {
    const float* a = context.activations(op.a) + pixel * op.a_stride;
    const float* b = context.activations(op.b) + pixel * op.b_stride;
    float* output = context.activations(op.output) + pixel * op.output_stride;
    for (int32_t c = 0; c < op.channels; ++c) output[c] = clamp(a[c] + b[c], op.lo, op.hi);
  }
}

void run_op(const Context& context, const F16AddOp& op, int32_t chunk) {
  // The sum of two halves in float32, rounded to a half, is what a sum of halves gives.
  constexpr int32_t kBlock = 64;
  float a[kBlock], b[kBlock];
  const Range pixels = piece_of(op.pixels, op.pixels_per_chunk, chunk);
  for (size_t pixel = pixels.begin; pixel < (size_t)pixels.end; ++pixel) {
    for (int32_t begin = 0; begin < op.channels; begin += kBlock) {
      const int32_t count = op.channels - begin < kBlock ? op.channels - begin : kBlock;
      context.kernels->f16_to_f32(context.activations<Half>(op.a) + pixel * op.a_stride + begin, a, count);
      context.kernels->f16_to_f32(context.activations<Half>(op.b) + pixel * op.b_stride + begin, b, count);
      for (int32_t c = 0; c < count; ++c) a[c] = clamp(a[c] + b[c], op.lo, op.hi);
      context.kernels->f16_from_f32(a, context.activations<Half>(op.output) + pixel * op.output_stride + begin, count);
    }
  }
}

void run_op(const Context& context, const SoftmaxOp& op, int32_t chunk) {
  const Range pixels = piece_of(op.pixels, op.pixels_per_chunk, chunk);
  for (size_t pixel = pixels.begin; pixel < (size_t)pixels.end; ++pixel) {
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

void run_op(const Context& context, const F16FromF32Op& op, int32_t chunk) {
  const float* input = context.activations(op.input);
  Half* output = context.activations<Half>(op.output);
  for_runs(op, chunk, [&](size_t from, size_t to, size_t count) {
    context.kernels->f16_from_f32(input + from, output + to, count);
  });
}

void run_op(const Context& context, const F16ToF32Op& op, int32_t chunk) {
  const Half* input = context.activations<Half>(op.input);
  float* output = context.activations(op.output);
  for_runs(op, chunk, [&](size_t from, size_t to, size_t count) {
    context.kernels->f16_to_f32(input + from, output + to, count);
  });
}

}  // namespace mobilenet_edge
