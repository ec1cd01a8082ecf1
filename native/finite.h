#pragma once

#include <stddef.h>
#include <stdint.h>

namespace mobilenet_edge {

// Whether none of the float32 values with these bits is infinite or not a number: such have all bits of the exponent
// (IEEE 754-2008, 3.4). A loop without branches, which compilers vectorize.
inline bool all_finite(const uint32_t* bits, size_t count) {
  constexpr uint32_t kExponent = 0x7f800000;
  uint32_t found = 0;
  for (size_t i = 0; i < count; ++i) found |= (bits[i] & kExponent) == kExponent;
  return found == 0;
}

}  // namespace mobilenet_edge
