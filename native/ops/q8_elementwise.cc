#include <math.h>

#include <limits>

#include "q8_ops.h"

namespace mobilenet_edge {
namespace {

int32_t clamp(int32_t value, int32_t lo, int32_t hi) { return value < lo ? lo : value > hi ? hi : value; }

// clamp(rint(value) + output_zero, lo, hi), ties to even; a NaN becomes lo. The clamp comes first, for a float may be
// too large for an integer.
template <typename Op>
uint8_t quantized(float value, const Op& op) {
  const float lo = (float)(op.lo - op.output_zero), hi = (float)(op.hi - op.output_zero);
  const float clamped = value > lo ? (value < hi ? value : hi) : lo;
  return (uint8_t)((int32_t)nearbyintf(clamped) + op.output_zero);
}

template <typename Value>
void lookup(const Context& context, const Q8LookupOp& op, int32_t chunk) {
  const auto* table = reinterpret_cast<const int16_t*>(context.weights + op.table) + op.table_offset;
  const Range pixels = piece_of(op.pixels, op.pixels_per_chunk, chunk);
  for (size_t pixel = pixels.begin; pixel < (size_t)pixels.end; ++pixel) {
    const Value* input = reinterpret_cast<const Value*>(context.arena + op.input + pixel * op.input_stride);
    uint8_t* output = context.arena + op.output + pixel * op.output_stride;
    for (int32_t c = 0; c < op.channels; ++c) output[c] = (uint8_t)table[input[c]];
  }
}

template <typename Value>
void softmax(const Context& context, const Q8SoftmaxOp& op, int32_t chunk) {
  const float* table = context.packed(op.table);
  // By a byte, of which each has an entry: where the output overlaps the input, a value may be larger than the largest.
  const auto exponential = [table](int32_t below) { return table[(uint8_t)below]; };
  const Range pixels = piece_of(op.pixels, op.pixels_per_chunk, chunk);
  for (size_t pixel = pixels.begin; pixel < (size_t)pixels.end; ++pixel) {
    const Value* input = reinterpret_cast<const Value*>(context.arena + op.input + pixel * op.input_stride);
    uint8_t* output = context.arena + op.output + pixel * op.output_stride;
    int32_t largest = std::numeric_limits<Value>::min();
    for (int32_t c = 0; c < op.channels; ++c) largest = input[c] > largest ? input[c] : largest;
    float sum = 0;
    for (int32_t c = 0; c < op.channels; ++c) sum += exponential(largest - input[c]);
    const float divisor = sum * op.output_scale;
    for (int32_t c = 0; c < op.channels; ++c) {
      // Neither a NaN nor a value beyond the type is converted.
      const float value = roundf(exponential(largest - input[c]) / divisor);
      output[c] = (uint8_t)clamp(
          value > 0 ? value < 255 ? (int32_t)value + op.output_zero : 255 + op.output_zero : op.output_zero, op.lo,
          op.hi);
    }
  }
}

template <typename Value>
void dequantize(const Context& context, const Q8DequantizeOp& op, int32_t chunk) {
  const Range pixels = piece_of(op.pixels, op.pixels_per_chunk, chunk);
  for (size_t pixel = pixels.begin; pixel < (size_t)pixels.end; ++pixel) {
    const Value* input = reinterpret_cast<const Value*>(context.arena + op.input + pixel * op.input_stride);
    float* output = context.activations(op.output) + pixel * op.output_stride;
    for (int32_t c = 0; c < op.channels; ++c) output[c] = (float)(input[c] - op.input_zero) * op.scale;
  }
}

template <typename Value>
void mean(const Context& context, const Q8MeanOp& op, int32_t chunk) {
  constexpr int32_t kBlock = 128;
  const Value* input = reinterpret_cast<const Value*>(context.arena + op.input);
  uint8_t* output = context.arena + op.output;
  const Range channels = piece_of(op.channels, op.channels_per_chunk, chunk);
  for (int32_t begin = channels.begin; begin < channels.end; begin += kBlock) {
    const int32_t count = channels.end - begin < kBlock ? channels.end - begin : kBlock;
    int32_t sums[kBlock];
    for (int32_t c = 0; c < count; ++c) sums[c] = -op.pixels * op.input_zero;
    for (size_t pixel = 0; pixel < (size_t)op.pixels; ++pixel) {
      const Value* values = input + pixel * op.input_stride + begin;
      for (int32_t c = 0; c < count; ++c) sums[c] += values[c];
    }
    for (int32_t c = 0; c < count; ++c) output[begin + c] = quantized((float)sums[c] * op.scale, op);
  }
}

}  // namespace

void run_op(const Context& context, const Q8AddOp& op, int32_t chunk) {
  const Range pixels = piece_of(op.pixels, op.pixels_per_chunk, chunk);
  const size_t channels = ((size_t)op.channels + 15) / 16 * 16;
  Q8AddArguments s = {};
  s.a_multiplier = op.a_multiplier;
  s.b_multiplier = op.b_multiplier;
  s.bias = op.bias;
  s.shift = op.shift;
  s.to = {op.output_zero, op.lo, op.hi, false};
  const auto add = [&](size_t pixel, size_t count) {
    s.a = context.arena + op.a + pixel * op.a_stride;
    s.b = context.arena + op.b + pixel * op.b_stride;
    s.output = context.arena + op.output + pixel * op.output_stride;
    s.count = count;
    context.kernels->q8_add(s);
  };
  if ((size_t)op.a_stride == channels && (size_t)op.b_stride == channels && (size_t)op.output_stride == channels) {
    add(pixels.begin, (pixels.end - pixels.begin) * channels);
  } else {
    for (int32_t pixel = pixels.begin; pixel < pixels.end; ++pixel) add(pixel, channels);
  }
}

void run_op(const Context& context, const Q8QuantizeOp& op, int32_t chunk) {
  const Range pixels = piece_of(op.pixels, op.pixels_per_chunk, chunk);
  for (size_t pixel = pixels.begin; pixel < (size_t)pixels.end; ++pixel) {
    const float* input = context.activations(op.input) + pixel * op.input_stride;
    uint8_t* output = context.arena + op.output + pixel * op.output_stride;
    for (int32_t c = 0; c < op.channels; ++c) output[c] = quantized(input[c] * op.inverse_scale, op);
  }
}

void run_op(const Context& context, const Q8LookupOp& op, int32_t chunk) {
  return context.kernels->q8_geometry.is_signed ? lookup<int8_t>(context, op, chunk)
                                                : lookup<uint8_t>(context, op, chunk);
}

void run_op(const Context& context, const Q8SoftmaxOp& op, int32_t chunk) {
  return context.kernels->q8_geometry.is_signed ? softmax<int8_t>(context, op, chunk)
                                                : softmax<uint8_t>(context, op, chunk);
}

void run_op(const Context& context, const Q8DequantizeOp& op, int32_t chunk) {
  return context.kernels->q8_geometry.is_signed ? dequantize<int8_t>(context, op, chunk)
                                                : dequantize<uint8_t>(context, op, chunk);
}

void run_op(const Context& context, const Q8MeanOp& op, int32_t chunk) {
  return context.kernels->q8_geometry.is_signed ? mean<int8_t>(context, op, chunk) : mean<uint8_t>(context, op, chunk);
}

}  // namespace mobilenet_edge
