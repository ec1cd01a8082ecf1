// Where the tests have native/packing write: what lies before is watched, and behind no memory is.
#pragma once

#include "../../native/packing/packing.h"
#include "support.h"

namespace mobilenet_edge {

class PackedBlocks {
 public:
  // Calls pack(blocks), which returns false where there is no memory, twice: the first time tells how much it takes.
  template <typename Pack>
  explicit PackedBlocks(const Pack& pack) {
    WeightBlocks trial(Memory::reserve(kMost, 0));
    expect(pack(&trial), "there is memory to pack into");
    const size_t packed = trial.memory().size();
    const size_t end = (packed / kPage + 1) * kPage;
    // A page more, which nothing makes usable.
    blocks_ = WeightBlocks(Memory::reserve(end + kPage, 0));
    size_t offset;
    before_ = end - packed;
    memset(blocks_.allocate(before_, &offset), kCanary, before_);
    expect(pack(&blocks_) && blocks_.memory().size() == end, "packing again takes as much");
    is_read_.resize(packed);
  }

  template <typename Value>
  Value read(size_t at) {
    Value value;
    if (at < before_ || at + sizeof value > blocks_.memory().size()) abort();
    memcpy(&value, blocks_.memory().data() + at, sizeof value);
    std::fill_n(is_read_.begin() + (at - before_), sizeof value, true);
    return value;
  }

  // Whether nothing was written before, and what was not read is zero.
  bool intact() {
    const uint8_t* all = blocks_.memory().data();
    bool intact = std::all_of(all, all + before_, [](uint8_t byte) { return byte == kCanary; });
    for (size_t i = 0; i < is_read_.size(); ++i) intact &= is_read_[i] || all[before_ + i] == 0;
    return intact;
  }

 private:
  // A multiple of every page.
  static constexpr size_t kPage = 64 * 1024, kMost = 1 << 26;
  static constexpr uint8_t kCanary = 0xa5;

  WeightBlocks blocks_;
  size_t before_;
  std::vector<bool> is_read_;
};

// Calls visit(first, width) for the panels of n columns.
template <typename Visit>
void for_panels(size_t n, PanelWidths widths, const Visit& visit) {
  for (size_t first = 0, width; first < n; first += width) {
    width = n - first <= widths.last_panel ? n - first : std::min(widths.panel, n - first);
    visit(first, width);
  }
}

// Those of all instruction sets.
constexpr PanelWidths kPanelWidths[] = {{8, 8}, {8, 16}, {16, 16}, {16, 24}, {24, 24}, {32, 32}};
constexpr size_t kGroups[] = {4, 8, 16, 32};

// Numbers of columns about the edges of the panels.
inline std::vector<size_t> edges_of(PanelWidths widths) {
  const size_t panel = widths.panel, last = widths.last_panel;
  return {1, panel - 1, panel, panel + 1, last + 1, panel + last - 1, panel + last, panel + last + 1, 3 * panel + 7};
}

}  // namespace mobilenet_edge
