// Generated from lib/program by `npm run generate`; do not edit.
// See constants.ts there.
#pragma once

#include <stdint.h>

namespace mobilenet_edge {

constexpr int32_t kMaxThreads = 64;
constexpr int32_t kCacheLine = 64;
constexpr int32_t kQ8ReadDepth = 16;
constexpr int32_t kSmallSum = 4194304;
constexpr int32_t kSmallResult = 16384;
constexpr int32_t kChains[] = {1, 2, 4, -1, -2};
constexpr double kChainQuadCosts[] = {3, 2.5, 2.2, 3.7, 3.1};
constexpr int32_t kChainSampledColumns = 16;
constexpr int32_t kChainVector = 8;
constexpr int32_t kChainLaneLimit = 128;
constexpr int32_t kChainCentredLimit = 256;
constexpr int32_t kChainCentre = 128;
constexpr int32_t kChainCentredDepth = 2048;
constexpr int32_t kChainBytesOnly = 0;

}  // namespace mobilenet_edge
