// A program that a session has loaded, and where pictures lie in its memory.
#pragma once

#include <string.h>

#include "kernels/kernels.h"
#include "memory.h"

namespace mobilenet_edge {

// A program and its memory, kept alive by the Session and by a run in progress.
struct Loaded {
  Kernels kernels;
  Memory ops, weights, arena;
  int32_t threads;
  size_t scratch_bytes;  // how far each thread's scratch lies behind the one before
  bool running = false;  // belongs to the JavaScript thread

  const int32_t* op_words() const { return reinterpret_cast<const int32_t*>(ops.data()); }
  size_t op_word_count() const { return ops.size() / sizeof(int32_t); }
  size_t bytes() const { return ops.size() + weights.size() + arena.size(); }
};

// Pixels of a picture in the arena: `channel_bytes` at each of `pixels` places `stride_bytes` apart. They are there
// once the first `after_word` words of ops have run.
struct Port {
  size_t offset, pixels, channel_bytes, stride_bytes, after_word;
  bool flips;  // JavaScript has int8 where the arena has uint8, or the reverse: 128 less or more, which is the top bit
};

inline void copy_bytes(uint8_t* to, const uint8_t* from, size_t bytes, bool flips) {
  if (!flips) return (void)memcpy(to, from, bytes);
  for (size_t i = 0; i < bytes; ++i) to[i] = from[i] ^ 0x80;
}

inline void copy_pixels(uint8_t* to, size_t to_stride, const uint8_t* from, size_t from_stride, const Port& port) {
  if (to_stride == from_stride && to_stride == port.channel_bytes) {
    return copy_bytes(to, from, port.pixels * port.channel_bytes, port.flips);
  }
  for (size_t i = 0; i < port.pixels; ++i) {
    copy_bytes(to + i * to_stride, from + i * from_stride, port.channel_bytes, port.flips);
  }
}

}  // namespace mobilenet_edge
