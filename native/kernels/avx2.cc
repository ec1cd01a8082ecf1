// AVX2 with FMA.
#include <immintrin.h>

#include "compiler.h"
#include "kernels.h"

namespace mobilenet_edge {
namespace {

#include "avx2_vector.inl"

using Element = float;
using Depthwise = DepthwiseArguments;
#include "f32_gemm_x86.inl"
#include "float_depthwise.inl"
#include "q8_add_avx2.inl"
#include "q8_common.inl"
#include "q8_depthwise_avx2.inl"
#include "q8_gemm_bytes_avx2.inl"
#include "q8_gemm_centred_avx2.inl"
#include "q8_gemm_panels_avx2.inl"

constexpr size_t kPanel = 16;
constexpr size_t kLastPanel = 24;

void f32_gemm_6x16__avx2(const GemmArguments& g) {
  size_t panels = g.n / kPanel;
  size_t last = g.n % kPanel;
  if (last && panels && last + kPanel <= kLastPanel) {
    --panels;
    last += kPanel;
  }
  gemm_panels<6, 2>(g, 0, panels);
  if (last == 24) gemm_panels<4, 3>(g, panels * kPanel, 1);
  if (last == 8) gemm_panels<6, 1>(g, panels * kPanel, 1);
}

void f32_depthwise__avx2(const DepthwiseArguments& d) {
  if (depthwise_3x3<1, 2, 4>(d) || depthwise_3x3<2, 2, 2>(d)) return;
  depthwise_any(d);
}

}  // namespace

void overlay_avx2(Kernels* kernels) {
  kernels->isa = "avx2";
  kernels->geometry = {/*panel=*/kPanel, /*last_panel=*/kLastPanel, /*channel_group=*/kLanes, /*fuse_from_height=*/28,
                       /*fuse_weight_bytes=*/INT32_MAX};
  kernels->f32_gemm = f32_gemm_6x16__avx2;
  kernels->f32_depthwise = f32_depthwise__avx2;
  kernels->q8_geometry = {/*is_signed=*/false, Q8Packing::kChain,          /*panel=*/16,
                          /*last_panel=*/16,   /*channel_group=*/kQ8Group, /*fuse_from_height=*/28};
  kernels->q8_gemm = q8_gemm__avx2;
  kernels->q8_depthwise = q8_depthwise__avx2;
  kernels->q8_add = q8_add__avx2;
}

}  // namespace mobilenet_edge
