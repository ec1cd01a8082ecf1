#pragma once

#include <vector>

#include "kernels/kernels.h"

namespace mobilenet_edge {

// The instruction sets that this build has and this CPU and operating system can run, worst first.
std::vector<const char*> available_isas();

// Fills in the table of one of those; false if there is no such one.
bool select_kernels(const char* isa, Kernels* kernels);

}  // namespace mobilenet_edge
