// NEON of arm64, and of armv7 with VFPv4.
#include <arm_neon.h>

#include "compiler.h"
#include "kernels.h"

namespace mobilenet_edge {
namespace {

using V = float32x4_t;
constexpr size_t kLanes = 4;

inline V load(const float* from) { return vld1q_f32(from); }
inline void store(float* to, V value) { vst1q_f32(to, value); }
inline V broadcast(const float* from) { return vld1q_dup_f32(from); }
inline V add(V a, V b) { return vaddq_f32(a, b); }
inline V multiply_add(V a, V b, V sum) { return vfmaq_f32(sum, a, b); }
// A NaN comes out as a NaN.
inline V clamp(V value, V lo, V hi) { return vminq_f32(vmaxq_f32(value, lo), hi); }

using Element = float;
using Depthwise = DepthwiseArguments;
#include "f32_gemm_neon.inl"
#include "float_depthwise.inl"
#if !defined(__aarch64__)
#include "q8_intrinsics_armv7.inl"
#endif
#include "q8_add_neon.inl"
#include "q8_common.inl"
#include "q8_depthwise_neon.inl"
#include "q8_gemm_blocks_neon.inl"
#include "q8_gemm_neon.inl"

void f32_depthwise__neon(const DepthwiseArguments& d) {
  if (depthwise_3x3<1, 2, 4>(d) || depthwise_3x3<2, 2, 2>(d)) return;
  depthwise_any(d);
}

void q8_depthwise__neon(const Q8DepthwiseArguments& d) {
#if !defined(__aarch64__)
  if (d.to.small_sums) return q8_depthwise<Q8SmallEpilogue>(d);
#endif
  q8_depthwise<Q8Epilogue>(d);
}

// A Cortex-A53 has 512 KB of second-level cache, and they hold the rows of a band too.
constexpr int32_t kFuseWeightBytes = 384 * 1024;

}  // namespace

void overlay_neon(Kernels* kernels) {
  kernels->isa = "neon";
  kernels->geometry = {/*panel=*/kPanel, /*last_panel=*/kPanel, /*channel_group=*/kLanes, /*fuse_from_height=*/14,
                       /*fuse_weight_bytes=*/kFuseWeightBytes};
  kernels->f32_gemm = f32_gemm__neon;
  kernels->f32_depthwise = f32_depthwise__neon;
  kernels->q8_geometry = {/*is_signed=*/true, Q8Packing::kSixteens,   kQ8Panel, kQ8Panel,
                          kQ8Group,           /*fuse_from_height=*/14};
  kernels->q8_gemm = q8_gemm__neon;
  kernels->q8_depthwise = q8_depthwise__neon;
  kernels->q8_add = q8_add__neon;
}

}  // namespace mobilenet_edge
