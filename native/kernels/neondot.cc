// NEON of arm64 with the dot product of bytes (FEAT_DotProd).
#include <arm_neon.h>

#include "compiler.h"
#include "kernels.h"

namespace mobilenet_edge {

void overlay_neondot(Kernels* kernels) { kernels->isa = "neondot"; }

}  // namespace mobilenet_edge
