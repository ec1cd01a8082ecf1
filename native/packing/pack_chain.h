// Exact products of unsigned bytes and weights with instructions that add some of them in 16 bits: what columns of
// weights such a chain can hold, and the quads of weights beyond that. lib/compile/pack_chain.ts explains it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <iterator>
#include <vector>

#include "../generated/constants.h"

namespace mobilenet_edge {

// Entries begin[v] to begin[v + 1] belong to columns 8v to 8v + 7: the byte offset in the input row, and one quad for
// each of the 8 columns.
struct ChainExtras {
  std::vector<int32_t> begin, offsets, quads;
};

// Columns of k weights, minus their zero point, as int16: whole quads, the rest zeros.
class ChainColumns {
 public:
  explicit ChainColumns(size_t k)
      : k_(k), length_((k + 3) / 4 * 4), limited_(length_), block_(kChainVector * length_) {}

  size_t length() const { return length_; }

  // Packs columns (a multiple of 8). read(c, column) fills `length` weights, write(c, limited) takes what the chain
  // holds.
  template <typename Read, typename Write>
  void pack(size_t columns, int32_t chain, const Read& read, const Write& write) {
    extras_.begin.assign(1, 0);
    extras_.offsets.clear();
    extras_.quads.clear();
    for (size_t first = 0; first < columns; first += kChainVector) {
      bool has_rest = false;
      for (size_t j = 0; j < kChainVector; ++j) {
        int16_t* column = &block_[j * length_];
        read(first + j, column);
        has_rest |= limit(column, length_, chain, limited_.data());
        write(first + j, limited_.data());
        for (size_t i = 0; i < length_; ++i) column[i] -= limited_[i];
      }
      if (has_rest) move_rest(chain);
      extras_.begin.push_back(static_cast<int32_t>(extras_.offsets.size()));
    }
  }

  // The chain that costs least.
  template <typename Read>
  int32_t cheapest(size_t columns, const Read& read) {
    int32_t cheapest = 1;
    double least = 0;
    for (size_t i = 0; i < std::size(kChains); ++i) {
      if (!allows(kChains[i])) continue;
      pack(sampled(columns), kChains[i], read, [](size_t, const int16_t*) {});
      const double cost = cost_of(i, columns);
      if (i == 0 || cost < least) cheapest = kChains[i], least = cost;
    }
    return cheapest;
  }

  // Those of the last pack().
  const ChainExtras& extras() const { return extras_; }

 private:
  static size_t sampled(size_t columns);
  static bool limit(const int16_t* column, size_t length, int32_t chain, int16_t* limited);
  bool allows(int32_t chain) const;
  double cost_of(size_t index, size_t columns) const;
  void move_rest(int32_t chain);

  const size_t k_, length_;
  std::vector<int16_t> limited_, block_;
  ChainExtras extras_;
};

// Four weights as the bytes of a word, the first one lowest.
inline int32_t quad_of(const int16_t* weights) {
  return static_cast<int32_t>((weights[0] & 255u) | (weights[1] & 255u) << 8 | (weights[2] & 255u) << 16 |
                              (weights[3] & 255u) << 24);
}

}  // namespace mobilenet_edge
