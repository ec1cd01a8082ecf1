// How the weights of integer ops lie in memory, for those who pack them, check them and multiply them. What kernels
// call has internal linkage, see kernels.h.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../align.h"
#include "../generated/constants.h"

namespace mobilenet_edge {

// How pointwise weights are laid out, see Q8GemmArguments.
enum class Q8Packing { kPairs, kChain, kQuads, kSixteens };

// How many consecutive weights of a column lie together, and in how many bytes.
struct Q8Depth {
  size_t weights, bytes;
};
static constexpr Q8Depth q8_depth_of(Q8Packing packing) {
  return packing == Q8Packing::kPairs      ? Q8Depth{2, 4}
         : packing == Q8Packing::kSixteens ? Q8Depth{16, 16}
                                           : Q8Depth{4, 4};
}

// What a column of a panel, and a channel of a depthwise group, starts with: its bias and its scale.
constexpr size_t kQ8HeadBytes = 8;

// Bytes of a column of k weights, head included.
static constexpr size_t q8_column_bytes(Q8Packing packing, size_t k) {
  const Q8Depth depth = q8_depth_of(packing);
  return kQ8HeadBytes + (k + depth.weights - 1) / depth.weights * depth.bytes;
}

// Bytes of a channel of a depthwise group, head included.
static constexpr size_t q8_channel_bytes(size_t taps) { return kQ8HeadBytes + sizeof(int16_t) * taps; }

// How extras lie: begin (n / 8 + 1), offsets (count) and quads (count), each on a cache line.
struct Q8ExtrasLayout {
  static constexpr size_t kQuadBytes = 4 * kChainVector;
  size_t offsets, quads, bytes;  // from the beginning
  Q8ExtrasLayout(size_t n, size_t count)
      : offsets(align_up<size_t>((n / kChainVector + 1) * sizeof(int32_t), kCacheLine)),
        quads(offsets + align_up<size_t>(count * sizeof(int32_t), kCacheLine)),
        bytes(quads + count * kQuadBytes) {}
};

}  // namespace mobilenet_edge
