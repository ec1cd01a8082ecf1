// A drawn Program in memory of exactly the sizes that validate() demands of it.
#pragma once

#include "exact_memory.h"
#include "records.h"

namespace mobilenet_edge {

enum class Outcome { kRefused, kTooLong, kRan };

// Draws, by `seed` alone, a Program that begins with a record of this kind, and runs it if validate() accepts it.
Outcome run_drawn_program(const Kernels& kernels, const std::vector<RecordKind>& kinds, size_t kind, uint64_t seed);

}  // namespace mobilenet_edge
