#pragma once

#include "ops/ops.h"

namespace mobilenet_edge {

// Runs the records in the first `words` words of `ops`, which validate() has passed.
void execute(const Context& context, const int32_t* ops, size_t words);

}  // namespace mobilenet_edge
