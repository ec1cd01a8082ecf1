#pragma once

#include "generated/dispatch.h"
#include "generated/field_checks.h"

namespace mobilenet_edge {

// How many values of a row of `k` the kernels of products read.
inline int32_t q8_values_read(int32_t k) { return align_up(k, kQ8ReadDepth); }

// The checks of integer products and depthwise ops. Packed weights are looked at too, where those hold addresses.
class Q8Checks : public FieldChecks {
 protected:
  using FieldChecks::FieldChecks;

  // All but the output and the chunks.
  bool product(const Q8ConvOp& op);
  bool product(const Q8PointwiseOp& op);
  bool taps(const Q8DepthwiseOp& op);

 private:
  template <typename Op>
  bool weights(const Op& op, int32_t k);
  bool extras(int32_t offset, int32_t n, int32_t k);
};

}  // namespace mobilenet_edge
