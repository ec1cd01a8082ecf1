#pragma once

#include <string>

#include "kernels/kernels.h"

namespace mobilenet_edge {

// As in the type Q8Geometry of lib/program/program.ts.
const char* name_of(Q8Packing packing);

// What the kernels want of the layout, as JSON of the type Geometry there.
std::string geometry_json(const Kernels& kernels);

}  // namespace mobilenet_edge
