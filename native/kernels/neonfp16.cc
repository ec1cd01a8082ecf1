// NEON of arm64 with arithmetic of halves (FEAT_FP16).
#include <arm_neon.h>

#include "compiler.h"
#include "kernels.h"

namespace mobilenet_edge {
namespace {

using Element = Half;
using V = float16x8_t;
constexpr size_t kLanes = 8;

inline V load(const Half* from) { return vreinterpretq_f16_u16(vld1q_u16(from)); }
inline void store(Half* to, V value) { vst1q_u16(to, vreinterpretq_u16_f16(value)); }
inline V broadcast(const float* from) { return vdupq_n_f16((float16_t)*from); }
inline V add(V a, V b) { return vaddq_f16(a, b); }
inline V multiply_add(V a, V b, V sum) { return vfmaq_f16(sum, a, b); }
// A NaN comes out as a NaN.
inline V clamp(V value, V lo, V hi) { return vminq_f16(vmaxq_f16(value, lo), hi); }

using Depthwise = F16DepthwiseArguments;
#include "f16_gemm_neon.inl"
#include "float_depthwise.inl"

void f16_depthwise__neon(const F16DepthwiseArguments& d) {
  if (depthwise_3x3<1, 2, 4>(d) || depthwise_3x3<2, 2, 2>(d)) return;
  depthwise_any(d);
}

void f16_from_f32__neon(const float* from, Half* to, size_t count) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) vst1_u16(to + i, vreinterpret_u16_f16(vcvt_f16_f32(vld1q_f32(from + i))));
  for (; i < count; ++i) to[i] = vget_lane_u16(vreinterpret_u16_f16(vcvt_f16_f32(vdupq_n_f32(from[i]))), 0);
}

void f16_to_f32__neon(const Half* from, float* to, size_t count) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) vst1q_f32(to + i, vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(from + i))));
  for (; i < count; ++i) to[i] = vgetq_lane_f32(vcvt_f32_f16(vreinterpret_f16_u16(vdup_n_u16(from[i]))), 0);
}

}  // namespace

void overlay_neonfp16(Kernels* kernels) {
  kernels->f16_geometry = {/*panel=*/kPanel, /*last_panel=*/kPanel, /*channel_group=*/kLanes, /*fuse_from_height=*/14,
                           /*fuse_weight_bytes=*/640 * 1024};
  kernels->f16_gemm = f16_gemm__neon;
  kernels->f16_depthwise = f16_depthwise__neon;
  kernels->f16_from_f32 = f16_from_f32__neon;
  kernels->f16_to_f32 = f16_to_f32__neon;
}

}  // namespace mobilenet_edge
