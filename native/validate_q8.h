#pragma once

#include "checks.h"
#include "program.h"

namespace mobilenet_edge {

// How many values of a row of `k` the kernels of products read.
inline int32_t q8_values_read(int32_t k) { return round_up(k, (int32_t)kQ8ReadDepth); }

// The checks of integer ops. Some look at packed weights too, where those hold addresses.
class Q8Checks : public Checks {
 public:
  Q8Checks(const Limits& limits, const Geometry& geometry, const Q8Geometry& q8_geometry)
      : limits_(limits), geometry_(geometry), q8_geometry_(q8_geometry) {}

 protected:
  void fields(const Q8ConvOp& op);
  void fields(const Q8PointwiseOp& op);
  void fields(const Q8DepthwiseOp& op);
  void fields(const Q8AddOp& op);
  void fields(const Q8PoolOp& op);
  void fields(const Q8MeanOp& op);
  void fields(const Q8LookupOp& op);
  void fields(const Q8SoftmaxOp& op);
  void fields(const Q8QuantizeOp& op);
  void fields(const Q8DequantizeOp& op);

  bool product(const Q8ConvOp& op);
  bool product(const Q8PointwiseOp& op);
  bool taps(const Q8DepthwiseOp& op);

  const Limits& limits_;
  const Geometry& geometry_;
  const Q8Geometry& q8_geometry_;

 private:
  bool is_value(int32_t value) const;
  template <typename Op>
  bool weights(const Op& op, int32_t k);
  bool extras(int32_t offset, int32_t n, int32_t k);
  template <typename Op>
  bool output_range(const Op& op);
  template <typename Op>
  bool values(const Op& op, int32_t input_bytes, int32_t output_bytes);
};

}  // namespace mobilenet_edge
