// NEON of arm64 with the dot product of bytes (FEAT_DotProd).
#include <arm_neon.h>

#include "compiler.h"
#include "kernels.h"

namespace mobilenet_edge {
namespace {

#include "q8_common.inl"
#include "q8_depthwise_neon.inl"
#include "q8_gemm_blocks_neon.inl"
#include "q8_gemm_neondot.inl"

}  // namespace

void overlay_neondot(Kernels* kernels) {
  kernels->isa = "neondot";
  // CPUs with the dot product have a third-level cache.
  kernels->geometry.fuse_weight_bytes = 640 * 1024;
  kernels->q8_geometry.packing = Q8Packing::kQuads;
  kernels->q8_gemm = q8_gemm__neondot;
  kernels->q8_depthwise = q8_depthwise__neondot;
}

}  // namespace mobilenet_edge
