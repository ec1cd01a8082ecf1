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

namespace narrow {
#include "avx2_vector.inl"
#include "f32_gemm_x86.inl"
}  // namespace narrow

namespace wide {

using V = __m512;
constexpr size_t kLanes = 16;

inline V load(const float* from) { return _mm512_loadu_ps(from); }
inline void store(float* to, V value) { _mm512_storeu_ps(to, value); }
inline V broadcast(const float* from) { return _mm512_set1_ps(*from); }
inline V add(V a, V b) { return _mm512_add_ps(a, b); }
inline V multiply_add(V a, V b, V sum) { return _mm512_fmadd_ps(a, b, sum); }
inline V clamp(V value, V lo, V hi) { return _mm512_min_ps(hi, _mm512_max_ps(lo, value)); }

#include "f32_gemm_x86.inl"

}  // namespace wide

constexpr size_t kPanel = 32;

// No more multiplications a cycle than AVX2's kernel on cores that halve such vectors, but half the instructions: a
// tenth faster where something else runs on the same core.
void f32_gemm_12x32__avx512(const GemmArguments& g) {
  const size_t panels = g.n / kPanel, column = panels * kPanel;
  wide::gemm_panels<12, 2>(g, 0, panels);
  if (g.n - column == 8) narrow::gemm_panels<12, 1>(g, column, 1);
  if (g.n - column == 16) narrow::gemm_panels<12, 2>(g, column, 1);
  if (g.n - column == 24) narrow::gemm_panels<8, 3>(g, column, 1);
}

constexpr size_t kQ8Group = 16;

#include "q8_common.inl"
#include "q8_depthwise_vnni.inl"
#include "q8_gemm_vnni.inl"

}  // namespace

void overlay_avx512vnni(Kernels* kernels) {
  kernels->isa = "avx512vnni";
  kernels->geometry.panel = kernels->geometry.last_panel = kPanel;
  kernels->f32_gemm = f32_gemm_12x32__avx512;
  kernels->q8_geometry = {
      /*is_signed=*/false,         Q8Packing::kQuads,          /*panel=*/kQ8PanelVnni,
      /*last_panel=*/kQ8PanelVnni, /*channel_group=*/kQ8Group, /*fuse_from_height=*/28};
  kernels->q8_gemm = q8_gemm__vnni;
  kernels->q8_depthwise = q8_depthwise__vnni;
}

}  // namespace mobilenet_edge
