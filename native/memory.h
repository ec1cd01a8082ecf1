#pragma once

#include <stddef.h>
#include <stdint.h>

namespace mobilenet_edge {

// Memory from the operating system: zeroed, aligned to a page (to 2 MB, and asking for huge pages, if it is
// about that large), and given back at once when destroyed.
class Memory {
 public:
  Memory() = default;
  explicit Memory(size_t bytes);
  ~Memory();
  Memory(Memory&& other) noexcept;
  Memory& operator=(Memory&& other) noexcept;

  // Empty, but may grow to `limit` bytes without moving; only addresses are taken. `expected`: it will grow to as much.
  static Memory reserve(size_t limit, size_t expected);
  // False, and nothing changes, beyond the addresses taken or where there is no memory.
  bool grow(size_t bytes);
  // Gives the addresses back that were reserved for growing.
  void trim();

  // Null if the allocation failed.
  uint8_t* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
  size_t reserved_ = 0;
  size_t usable_ = 0;
};

}  // namespace mobilenet_edge
