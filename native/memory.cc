#include "memory.h"

#include <utility>

#if defined(_WIN32)
#include <windows.h>
#else
#include <sys/mman.h>
#endif

namespace mobilenet_edge {

#if defined(_WIN32)

Memory::Memory(size_t bytes) {
  data_ = static_cast<uint8_t*>(VirtualAlloc(nullptr, bytes ? bytes : 1, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE));
  if (data_) size_ = bytes;
}

Memory::~Memory() {
  if (data_) VirtualFree(data_, 0, MEM_RELEASE);
}

#else

namespace {

constexpr size_t kPage = 64 * 1024;  // a multiple of every page size in use
constexpr size_t kHugePage = 2 * 1024 * 1024;

size_t mapped_bytes(size_t bytes) { return bytes ? (bytes + kPage - 1) / kPage * kPage : kPage; }

}  // namespace

Memory::Memory(size_t bytes) {
  if (bytes > SIZE_MAX - 2 * kHugePage) return;
  const size_t wanted = mapped_bytes(bytes);
  const size_t slack = wanted >= kHugePage ? kHugePage : 0;
  void* mapping = mmap(nullptr, wanted + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return;
  data_ = static_cast<uint8_t*>(mapping);
  size_ = bytes;
  if (!slack) return;
  const size_t before = (kHugePage - reinterpret_cast<uintptr_t>(mapping) % kHugePage) % kHugePage;
  if (before) munmap(data_, before);
  if (slack > before) munmap(data_ + before + wanted, slack - before);
  data_ += before;
#if defined(MADV_HUGEPAGE)
  madvise(data_, wanted, MADV_HUGEPAGE);
#endif
}

Memory::~Memory() {
  if (data_) munmap(data_, mapped_bytes(size_));
}

#endif

Memory::Memory(Memory&& other) noexcept { *this = std::move(other); }

Memory& Memory::operator=(Memory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

}  // namespace mobilenet_edge
