#pragma once

#include <string>

#include "kernels/kernels.h"

namespace mobilenet_edge {

// What the kernels want of the layout, as JSON of the type Geometry in lib/program/program.ts.
std::string geometry_json(const Kernels& kernels);

}  // namespace mobilenet_edge
