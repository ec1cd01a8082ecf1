// What the native tests share: seeded values, guarded buffers, checks, packing.
#pragma once

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <string>
#include <vector>

#include "../../native/cpu.h"

#if defined(__SANITIZE_ADDRESS__)
#define MOBILENET_EDGE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MOBILENET_EDGE_ASAN 1
#endif
#endif
#if defined(MOBILENET_EDGE_ASAN)
#include <sanitizer/asan_interface.h>
#endif

namespace mobilenet_edge {

// Counts and reports; printed by main.
struct Tally {
  int passed = 0, failed = 0;
};
inline Tally& tally() {
  static Tally instance;
  return instance;
}
inline bool expect(bool holds, const std::string& what) {
  ++(holds ? tally().passed : tally().failed);
  if (!holds && tally().failed <= 20) fprintf(stderr, "FAILED: %s\n", what.c_str());
  return holds;
}

// splitmix64.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  // In [low, high].
  int32_t integer(int32_t low, int32_t high) { return low + (int32_t)(next() % (uint64_t)(high - low + 1)); }
  std::vector<uint8_t> bytes(size_t count) {
    std::vector<uint8_t> values(count);
    for (uint8_t& value : values) value = (uint8_t)next();
    return values;
  }
  // In [-1, 1).
  float real() { return (float)((double)(next() >> 40) / (1 << 23) - 1); }
  std::vector<float> reals(size_t count) {
    std::vector<float> values(count);
    for (float& value : values) value = real();
    return values;
  }

 private:
  uint64_t state_;
};

// What buffers of an element type hold before anything is written, and in the zones around them.
template <typename Element>
struct Filler;
template <>
struct Filler<float> {
  static constexpr float kUnset = NAN, kCanary = 12345.5f;
};
template <>
struct Filler<uint8_t> {
  static constexpr uint8_t kUnset = 0xcd, kCanary = 0xa5;
};

// `count` elements with a zone on either side in which a write is noticed and, under AddressSanitizer, a read too.
template <typename Element>
class GuardedArray {
 public:
  explicit GuardedArray(size_t count) : count_(count), all_(count + 2 * kZone, Filler<Element>::kCanary) {
    std::fill(data(), data() + count, Filler<Element>::kUnset);
    poison(true);
  }
  explicit GuardedArray(const std::vector<Element>& values) : GuardedArray(values.size()) {
    std::copy(values.begin(), values.end(), data());
  }
  ~GuardedArray() { poison(false); }
  GuardedArray(const GuardedArray&) = delete;

  Element* data() { return all_.data() + kZone; }
  uint8_t* raw() { return reinterpret_cast<uint8_t*>(data()); }
  size_t size() const { return count_; }
  size_t bytes() const { return count_ * sizeof(Element); }
  std::vector<Element> values() { return {data(), data() + count_}; }
  bool intact() {
    poison(false);
    bool intact = true;
    const Element canary = Filler<Element>::kCanary;
    for (size_t i = 0; i < kZone; ++i) intact &= all_[i] == canary && all_[kZone + count_ + i] == canary;
    poison(true);
    return intact;
  }

 private:
  static constexpr size_t kZone = 64;

  void poison([[maybe_unused]] bool on) {
#if defined(MOBILENET_EDGE_ASAN)
    const auto set = on ? __asan_poison_memory_region : __asan_unpoison_memory_region;
    set(all_.data(), kZone * sizeof(Element));
    set(all_.data() + kZone + count_, kZone * sizeof(Element));
#endif
  }

  size_t count_;
  std::vector<Element> all_;
};
using Guarded = GuardedArray<float>;

// A number in double with a bound on how far float32 may be from it.
struct Exact {
  double value = 0, magnitude = 0;
  int terms = 0;
  void add(double term) {
    value += term;
    magnitude += fabs(term);
    ++terms;
  }
  double bound() const { return (terms + 2) * ldexp(magnitude, -23) + 1e-30; }
};

inline bool near(float actual, const Exact& sum, double lo, double hi) {
  return fabs(actual - std::min(hi, std::max(lo, sum.value))) <= sum.bound();
}

template <typename Element>
bool same_bits(const std::vector<Element>& a, const std::vector<Element>& b) {
  return a.size() == b.size() && memcmp(a.data(), b.data(), a.size() * sizeof(Element)) == 0;
}

// Weights (k, n) and bias (n) as panels, see lib/program/program.ts.
template <typename Element>
std::vector<Element> pack_panels(const std::vector<Element>& weights, const std::vector<Element>& bias, size_t k,
                                 const Geometry& geometry) {
  const size_t n = bias.size();
  std::vector<Element> packed;
  for (size_t column = 0, width; column < n; column += width) {
    const size_t remaining = n - column;
    width = remaining <= (size_t)geometry.last_panel ? remaining : geometry.panel;
    packed.insert(packed.end(), &bias[column], &bias[column] + width);
    for (size_t i = 0; i < k; ++i) {
      const Element* row = &weights[i * n + column];
      packed.insert(packed.end(), row, row + width);
    }
  }
  return packed;
}

// Weights (taps, channels) and bias (channels) as groups of channels; channels are whole groups.
template <typename Element>
std::vector<Element> pack_groups(const std::vector<Element>& weights, const std::vector<Element>& bias, size_t taps,
                                 const Geometry& geometry) {
  const size_t channels = bias.size();
  std::vector<Element> packed;
  for (size_t c = 0; c < channels; c += geometry.channel_group) {
    packed.insert(packed.end(), &bias[c], &bias[c] + geometry.channel_group);
    for (size_t tap = 0; tap < taps; ++tap) {
      const Element* row = &weights[tap * channels + c];
      packed.insert(packed.end(), row, row + geometry.channel_group);
    }
  }
  return packed;
}

// Those of what no instruction set has a part in.
void test_thread();
void test_packing();
void test_q8_packing();

// Each of these runs its tests with one table of kernels.
void test_gemm(const Kernels& kernels);
void test_depthwise(const Kernels& kernels);
void test_ops(const Kernels& kernels);
void test_inverted_residual(const Kernels& kernels);
void test_f16_gemm(const Kernels& kernels);
void test_f16_depthwise(const Kernels& kernels);
void test_f16_ops(const Kernels& kernels);
void test_q8_gemm(const Kernels& kernels);
void test_q8_depthwise(const Kernels& kernels);
void test_q8_requantize(const Kernels& kernels);
void test_q8_ops(const Kernels& kernels);
void test_q8_inverted_residual(const Kernels& kernels);
void test_validate(const Kernels& kernels);
void test_q8_validate(const Kernels& kernels);
void test_bands(const Kernels& kernels);
void test_team(const Kernels& kernels);

}  // namespace mobilenet_edge
