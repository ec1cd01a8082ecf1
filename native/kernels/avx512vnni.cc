// AVX-512 (F, BW, DQ, VL) with VNNI. The entries it does not replace are those of AVX2.
#if defined(__GNUC__) && !defined(__clang__)
// Of gcc 12's own header.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include "compiler.h"
#include "kernels.h"

namespace mobilenet_edge {
namespace {

constexpr size_t kQ8Group = 16;

#include "q8_avx2.inl"
#include "q8_avx512.inl"
#include "q8_common.inl"
#include "q8_depthwise_vnni.inl"
#include "q8_gemm_vnni.inl"

}  // namespace

void overlay_avx512vnni(Kernels* kernels) {
  kernels->isa = "avx512vnni";
  kernels->q8_geometry = {
      /*is_signed=*/false,         Q8Packing::kQuads,          /*panel=*/kQ8PanelVnni,
      /*last_panel=*/kQ8PanelVnni, /*channel_group=*/kQ8Group, /*fuse_from_height=*/28};
  kernels->q8_gemm = q8_gemm__vnni;
  kernels->q8_depthwise = q8_depthwise__vnni;
}

}  // namespace mobilenet_edge
