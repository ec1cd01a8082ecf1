#include "pack_chain.h"

#include <stdlib.h>
#include <string.h>

#include <algorithm>

namespace mobilenet_edge {
namespace {

int32_t signed_as(int32_t magnitude, int32_t weight) { return weight < 0 ? -magnitude : magnitude; }

// The weight for which `size` is largest, of the lane: two of each quad from `lane` on.
template <typename Size>
int16_t* largest_of(int16_t* weights, size_t lane, size_t end, const Size& size) {
  int16_t* largest = weights + lane;
  for (size_t k = lane; k < end; k += 4) {
    if (size(weights[k]) > size(*largest)) largest = weights + k;
    if (size(weights[k + 1]) > size(*largest)) largest = weights + k + 1;
  }
  return largest;
}

// Takes off the largest weights of one sign, in turn, what the limit does not allow.
void limit_lane(int16_t* weights, size_t lane, size_t end, int32_t sign) {
  const auto size = [sign](int16_t weight) { return weight * sign; };
  const int32_t most = sign > 0 ? 127 : 128;  // a byte holds -128 to 127
  int32_t sum = 0;
  for (size_t k = lane; k < end; k += 4) {
    for (size_t i = k; i < k + 2; ++i) {
      if (size(weights[i]) > most) weights[i] = static_cast<int16_t>(most * sign);
      if (size(weights[i]) > 0) sum += size(weights[i]);
    }
  }
  while (sum > kChainLaneLimit) {
    int16_t* largest = largest_of(weights, lane, end, size);
    const int32_t taken = std::min(size(*largest), sum - kChainLaneLimit);
    *largest = static_cast<int16_t>(*largest - taken * sign);
    sum -= taken;
  }
}

// The same for inputs minus 128. Returns whether there was anything to take.
bool limit_centred_lane(int16_t* weights, size_t lane, size_t end) {
  const auto size = [](int16_t weight) { return abs(weight); };
  bool has_rest = false;
  int32_t sum = 0;
  for (size_t k = lane; k < end; k += 4) {
    for (size_t i = k; i < k + 2; ++i) {
      if (size(weights[i]) > 127) {
        weights[i] = static_cast<int16_t>(signed_as(127, weights[i]));
        has_rest = true;
      }
      sum += size(weights[i]) + 1;
    }
  }
  while (sum > kChainCentredLimit) {
    int16_t* largest = largest_of(weights, lane, end, size);
    const int32_t taken = std::min(size(*largest), sum - kChainCentredLimit);
    *largest = static_cast<int16_t>(*largest - signed_as(taken, *largest));
    sum -= taken;
    has_rest = true;
  }
  return has_rest;
}

bool limit_bytes(int16_t* weights, size_t length) {
  bool has_rest = false;
  for (size_t i = 0; i < length; ++i) {
    const auto byte = static_cast<int16_t>(std::clamp<int32_t>(weights[i], -127, 127));
    has_rest |= byte != weights[i];
    weights[i] = byte;
  }
  return has_rest;
}

// Whether the weights of a lane exceed what limit_lane leaves, of either sign.
bool exceeds(const int16_t* weights, size_t lane, size_t end) {
  int32_t up = 0, down = 0;
  for (size_t k = lane; k < end; k += 4) {
    for (size_t i = k; i < k + 2; ++i) (weights[i] > 0 ? up : down) += abs(weights[i]);
  }
  return up >= kChainLaneLimit || down > kChainLaneLimit;
}

}  // namespace

size_t ChainColumns::sampled(size_t columns) { return std::min<size_t>(columns, kChainSampledColumns); }

bool ChainColumns::allows(int32_t chain) const { return chain > 0 || k_ <= kChainCentredDepth; }

double ChainColumns::cost_of(size_t index, size_t columns) const {
  const double quads = static_cast<double>(length_ / 4 * sampled(columns)) / kChainVector;
  const double extras = static_cast<double>(extras_.offsets.size()) / quads;
  return kChainQuadCosts[index] + (kChains[index] < 0 ? 5 * extras + 12 / static_cast<double>(columns) : 3 * extras);
}

// Leaves in `limited` the part of a column that the chain can hold. Returns whether there may be a rest.
bool ChainColumns::limit(const int16_t* column, size_t length, int32_t chain, int16_t* limited) {
  memcpy(limited, column, length * sizeof *column);
  if (chain == kChainBytesOnly) return limit_bytes(limited, length);
  const size_t step = 4 * static_cast<size_t>(abs(chain));
  bool has_rest = false;
  for (size_t start = 0; start < length; start += step) {
    const size_t end = std::min(start + step, length);
    for (size_t lane = start; lane < start + 4; lane += 2) {
      if (chain < 0) {
        has_rest |= limit_centred_lane(limited, lane, end);
      } else if (exceeds(column, lane, end)) {
        limit_lane(limited, lane, end, 1);
        limit_lane(limited, lane, end, -1);
        has_rest = true;
      }
    }
  }
  return has_rest;
}

// Moves what remains of the 8 columns into quads that are exact one by one.
void ChainColumns::move_rest(int32_t chain) {
  const int32_t single = (chain > 0) - (chain < 0);
  const auto remains = [this](size_t at) {
    for (size_t j = 0; j < kChainVector; ++j) {
      if (quad_of(&block_[j * length_ + at]) != 0) return true;
    }
    return false;
  };
  for (size_t at = 0; at < length_; at += 4) {
    while (remains(at)) {
      extras_.offsets.push_back(static_cast<int32_t>(at));
      for (size_t j = 0; j < kChainVector; ++j) {
        int16_t* rest = &block_[j * length_ + at];
        int16_t part[4];
        limit(rest, 4, single, part);
        for (size_t i = 0; i < 4; ++i) rest[i] = static_cast<int16_t>(rest[i] - part[i]);
        extras_.quads.push_back(quad_of(part));
      }
    }
  }
}

}  // namespace mobilenet_edge
