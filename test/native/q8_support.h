// Weights of integer ops as numbers, packed for a table of kernels, and the requantization in plain arithmetic.
#pragma once

#include "support.h"

namespace mobilenet_edge {

// Column c of a product, or channel c of a depthwise convolution.
struct Q8Weights {
  std::vector<int32_t> values;  // (k or taps, columns), in [-255, 255]
  std::vector<int32_t> bias;
  std::vector<float> scale;

  size_t columns() const { return bias.size(); }
  size_t rows() const { return values.size() / bias.size(); }
};

// How the values of weights are drawn: as trained ones are, all over, at the bounds, or largest with one sign; as
// bytes, or the largest of which three can be summed in 16 bits.
enum class Draw { kSmall, kUniform, kExtreme, kPositive, kNegative, kBytes, kThirds };
constexpr Draw kDraws[] = {Draw::kSmall,    Draw::kUniform, Draw::kExtreme, Draw::kPositive,
                           Draw::kNegative, Draw::kBytes,   Draw::kThirds};

Q8Weights draw_q8_weights(Random& random, size_t rows, size_t columns, Draw draw);

// Inputs of all kinds: random, or all the most or the least of the type, or both.
std::vector<uint8_t> draw_q8_input(Random& random, size_t count, const Q8Geometry& geometry);

Q8Output draw_q8_output(Random& random, const Q8Geometry& geometry);

// What a byte of the arena means.
inline int32_t value_of(uint8_t byte, const Q8Geometry& geometry) { return geometry.is_signed ? (int8_t)byte : byte; }
inline int32_t least_value(const Q8Geometry& geometry) { return geometry.is_signed ? -128 : 0; }
inline int32_t most_value(const Q8Geometry& geometry) { return least_value(geometry) + 255; }
inline int32_t draw_q8_value(Random& random, const Q8Geometry& geometry) {
  return random.integer(least_value(geometry), most_value(geometry));
}

// clamp(rint(float(sum) * scale) + output_zero, lo, hi), as the byte that the arena holds.
inline uint8_t requantized(int64_t sum, float scale, const Q8Output& to) {
  const volatile float product = (float)(int32_t)sum * scale;
  const double value = nearbyint((double)product) + to.output_zero;
  return (uint8_t)(int32_t)std::min((double)to.hi, std::max((double)to.lo, value));
}

// What `small_sums` of a program says, see lib/program/schema.ts.
bool small_q8_sums(const Q8Weights& weights, const Q8Geometry& geometry);

// A product's weights as the kernels want them; `chain` is used where their packing is that.
struct PackedQ8Weights {
  std::vector<uint8_t> panels, extras;
  int32_t chain = 0;
};
PackedQ8Weights pack_q8_panels(const Q8Weights& weights, int32_t chain, const Q8Geometry& geometry);
// Channels are padded to whole groups.
std::vector<uint8_t> pack_q8_groups(const Q8Weights& weights, const Q8Geometry& geometry);

// Where the parts of packed extras lie.
Q8Extras q8_extras(const std::vector<uint8_t>& extras, size_t n);

}  // namespace mobilenet_edge
