// Halves as numbers: the plain judge of arithmetic that rounds to them.
#pragma once

#include "support.h"

namespace mobilenet_edge {

// The nearest half, ties to even.
inline double round_to_half(double value) {
  if (!(fabs(value) < INFINITY)) return value;
  int exponent;
  frexp(value, &exponent);
  const int step = std::max(exponent, -13) - 11;
  const double rounded = ldexp(nearbyint(ldexp(value, -step)), step);
  return fabs(rounded) > 65504 ? copysign(INFINITY, value) : rounded;
}

inline double from_half(Half half) {
  const int exponent = half >> 10 & 31, fraction = half & 1023;
  const double magnitude = exponent == 0    ? ldexp(fraction, -24)
                           : exponent == 31 ? (fraction ? NAN : INFINITY)
                                            : ldexp(1024 + fraction, exponent - 25);
  return half & 0x8000 ? -magnitude : magnitude;
}

inline Half to_half(double value) {
  const Half sign = signbit(value) ? 0x8000 : 0;
  if (isnan(value)) return sign | 0x7e00;
  const double magnitude = fabs(round_to_half(value));
  if (magnitude == INFINITY) return sign | 0x7c00;
  // Halves in ascending order have ascending bits.
  Half bits = 0;
  for (Half bit = 0x4000; bit; bit >>= 1) {
    if ((bits | bit) <= 0x7bff && from_half(bits | bit) <= magnitude) bits |= bit;
  }
  return sign | bits;
}

// In [-1, 1]. No value is below 2^-23 and no sum of the tests above 2^6, so that a product and a sum of these are exact
// in double.
inline std::vector<Half> random_halves(Random& random, size_t count) {
  std::vector<Half> values(count);
  for (Half& value : values) value = to_half(random.real());
  return values;
}

// A chain of products added one after the other, each sum rounded to a half.
struct HalfChain {
  double sum;
  explicit HalfChain(Half bias) : sum(from_half(bias)) {}
  void add(Half a, Half b) { sum = round_to_half(from_half(a) * from_half(b) + sum); }
  void add(Half term) { sum = round_to_half(from_half(term) + sum); }
  void clamp(double lo, double hi) { sum = std::min(hi, std::max(lo, sum)); }
};

inline bool same_value(Half actual, double expected) { return from_half(actual) == expected; }

template <>
struct Filler<Half> {
  static constexpr Half kUnset = 0x7e01, kCanary = 0x70a5;
};
using GuardedHalves = GuardedArray<Half>;

}  // namespace mobilenet_edge
