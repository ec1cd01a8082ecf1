// Memory in which touching a byte beyond the ends is seen: by AddressSanitizer where it is there, else because the
// pages around are no memory.
#pragma once

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../support.h"

namespace mobilenet_edge {

#if defined(MOBILENET_EDGE_ASAN)

// Aligned as the engine's own memory is, to the byte at both ends.
class ExactMemory {
 public:
  ExactMemory(const uint8_t* bytes, size_t size, bool) {
    if (posix_memalign(reinterpret_cast<void**>(&data_), 64, size) != 0) abort();
    if (size) memcpy(data_, bytes, size);
  }
  ~ExactMemory() { free(data_); }
  ExactMemory(const ExactMemory&) = delete;
  uint8_t* data() { return data_; }

 private:
  uint8_t* data_ = nullptr;
};

#else

// What must be kept of an alignment for CPUs to read an element.
#if defined(__aarch64__)
constexpr size_t kAlignment = 1;
#else
constexpr size_t kAlignment = sizeof(float);
#endif

// Exact at one end: after the last byte, but for the alignment, or before the first.
class ExactMemory {
 public:
  ExactMemory(const uint8_t* bytes, size_t size, bool at_end) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t usable = (size + page - 1) / page * page;
    mapped_ = usable + 2 * page;
    void* mapping = mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) abort();
    mapping_ = static_cast<uint8_t*>(mapping);
    if (usable && mprotect(mapping_ + page, usable, PROT_READ | PROT_WRITE) != 0) abort();
    data_ = mapping_ + page + (at_end ? (usable - size) / kAlignment * kAlignment : 0);
    if (size) memcpy(data_, bytes, size);
  }
  ~ExactMemory() { munmap(mapping_, mapped_); }
  ExactMemory(const ExactMemory&) = delete;
  uint8_t* data() { return data_; }

 private:
  uint8_t *mapping_, *data_;
  size_t mapped_;
};

#endif

}  // namespace mobilenet_edge
