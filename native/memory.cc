#include "memory.h"

#include <utility>

#if defined(_WIN32)
#include <windows.h>
#else
#include <sys/mman.h>
#endif

namespace mobilenet_edge {
namespace {

constexpr size_t kPage = 64 * 1024;  // a multiple of every page size in use
constexpr size_t kHugePage = 2 * 1024 * 1024;

// At least one page.
size_t whole_pages(size_t bytes) { return bytes ? (bytes + kPage - 1) / kPage * kPage : kPage; }

// How much of memory that will hold `bytes` is worth huge pages. A last one comes whole, so only if that wastes at
// most a sixteenth of all: reading megabytes of weights from small pages takes half as long again.
size_t huge_pages(size_t bytes) {
  const size_t last = (bytes + kHugePage - 1) / kHugePage * kHugePage;
  return last - bytes <= bytes / 16 ? last : bytes / kHugePage * kHugePage;
}

}  // namespace

#if defined(_WIN32)

namespace {

void* reserve_addresses(size_t bytes) { return VirtualAlloc(nullptr, bytes, MEM_RESERVE, PAGE_NOACCESS); }
bool make_usable(uint8_t* at, size_t bytes) { return VirtualAlloc(at, bytes, MEM_COMMIT, PAGE_READWRITE) != nullptr; }
// Part of a reservation cannot be released: what is beyond the pages in use stays reserved.
bool release_end(uint8_t*, size_t) { return false; }
void release_all(uint8_t* at, size_t) { VirtualFree(at, 0, MEM_RELEASE); }
void ask_for_huge_pages(uint8_t*, size_t) {}

}  // namespace

#else

namespace {

int flags() {
#if defined(MAP_NORESERVE)
  return MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
#else
  return MAP_PRIVATE | MAP_ANONYMOUS;
#endif
}

bool make_usable(uint8_t* at, size_t bytes) { return mprotect(at, bytes, PROT_READ | PROT_WRITE) == 0; }

bool release_end(uint8_t* at, size_t bytes) { return munmap(at, bytes) == 0; }

void release_all(uint8_t* at, size_t bytes) { munmap(at, bytes); }

// On a huge page's boundary where one fits.
void* reserve_addresses(size_t bytes) {
  const size_t slack = bytes >= kHugePage ? kHugePage : 0;
  void* mapping = mmap(nullptr, bytes + slack, PROT_NONE, flags(), -1, 0);
  if (mapping == MAP_FAILED) return nullptr;
  if (!slack) return mapping;
  auto* begin = static_cast<uint8_t*>(mapping);
  const size_t before = (kHugePage - reinterpret_cast<uintptr_t>(mapping) % kHugePage) % kHugePage;
  if (before) munmap(begin, before);
  if (slack > before) munmap(begin + before + bytes, slack - before);
  return begin + before;
}

void ask_for_huge_pages(uint8_t* at, size_t bytes) {
#if defined(MADV_HUGEPAGE)
  madvise(at, bytes, MADV_HUGEPAGE);
#else
  (void)at, (void)bytes;
#endif
}

}  // namespace

#endif

Memory::Memory(size_t bytes) {
  Memory memory = reserve(bytes, bytes);
  if (memory.data_ && memory.grow(bytes)) *this = std::move(memory);
}

Memory Memory::reserve(size_t limit, size_t expected) {
  Memory memory;
  if (limit > SIZE_MAX - 2 * kHugePage) return memory;
  const size_t huge = huge_pages(expected < limit ? expected : limit);
  const size_t reserved = huge > limit ? huge : whole_pages(limit);
  memory.data_ = static_cast<uint8_t*>(reserve_addresses(reserved));
  if (!memory.data_) return memory;
  memory.reserved_ = reserved;
  // At once, for a huge page must be usable as a whole.
  if (huge && make_usable(memory.data_, huge)) {
    memory.usable_ = huge;
    ask_for_huge_pages(memory.data_, huge);
  }
  return memory;
}

bool Memory::grow(size_t bytes) {
  if (!data_ || bytes < size_ || bytes > reserved_) return false;
  const size_t wanted = whole_pages(bytes);
  if (wanted > usable_) {
    if (!make_usable(data_ + usable_, wanted - usable_)) return false;
    usable_ = wanted;
  }
  size_ = bytes;
  return true;
}

void Memory::trim() {
  const size_t used = usable_ > whole_pages(size_) ? usable_ : whole_pages(size_);
  if (used < reserved_ && release_end(data_ + used, reserved_ - used)) reserved_ = used;
}

Memory::~Memory() {
  if (data_) release_all(data_, reserved_);
}

Memory::Memory(Memory&& other) noexcept { *this = std::move(other); }

Memory& Memory::operator=(Memory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(reserved_, other.reserved_);
  std::swap(usable_, other.usable_);
  return *this;
}

}  // namespace mobilenet_edge
