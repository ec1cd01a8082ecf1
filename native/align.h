#pragma once

namespace mobilenet_edge {

// The least multiple of `to` that is at least `value`. Static, because kernels include it: see kernels/kernels.h.
template <typename T>
static constexpr T align_up(T value, T to) {
  return (value + to - 1) / to * to;
}

}  // namespace mobilenet_edge
