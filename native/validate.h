#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"

namespace mobilenet_edge {

// Sizes in bytes of what a program addresses, and the weights themselves. `scratch` is what the first thread may reach.
struct Limits {
  size_t weights, arena, scratch;
  const uint8_t* packed;
};

// What is wrong with a program, or null: with null, running it touches nothing outside the limits, whatever the arena
// holds. Outputs may overlap inputs, which can mean wrong numbers and nothing worse.
struct Defect {
  const char* message;
  size_t word;  // where the record with the defect starts
};
Defect validate(const int32_t* ops, size_t words, const Limits& limits, const Kernels& kernels);

// Whether a record starts at `word`, or the program ends there.
bool is_record_boundary(const int32_t* ops, size_t words, size_t word);

}  // namespace mobilenet_edge
