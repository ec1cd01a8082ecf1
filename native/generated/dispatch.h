// Generated from lib/program by `npm run generate`; do not edit.
#pragma once

#include "../kernels/kernels.h"
#include "program.h"

namespace mobilenet_edge {

// What ops do, whatever they are made of.
enum class Family {
  kConv,
  kPointwise,
  kDepthwise,
  kInvertedResidual,
  kAdd,
  kPool,
  kSoftmax,
  kUnary,
  kMean,
  kLookup,
  kQuantize,
  kDequantize,
  kFromF32,
  kToF32,
};

template <typename Op>
struct OpTraits;
template <>
struct OpTraits<ConvOp> {
  using Element = float;
  static constexpr Family kFamily = Family::kConv;
  static constexpr Opcode kOpcode = OPCODE_CONV;
};
template <>
struct OpTraits<PointwiseOp> {
  using Element = float;
  static constexpr Family kFamily = Family::kPointwise;
  static constexpr Opcode kOpcode = OPCODE_POINTWISE;
};
template <>
struct OpTraits<DepthwiseOp> {
  using Element = float;
  static constexpr Family kFamily = Family::kDepthwise;
  static constexpr Opcode kOpcode = OPCODE_DEPTHWISE;
};
template <>
struct OpTraits<InvertedResidualOp> {
  using Element = void;
  static constexpr Family kFamily = Family::kInvertedResidual;
  static constexpr Opcode kOpcode = OPCODE_INVERTED_RESIDUAL;
};
template <>
struct OpTraits<AddOp> {
  using Element = float;
  static constexpr Family kFamily = Family::kAdd;
  static constexpr Opcode kOpcode = OPCODE_ADD;
};
template <>
struct OpTraits<PoolOp> {
  using Element = float;
  static constexpr Family kFamily = Family::kPool;
  static constexpr Opcode kOpcode = OPCODE_POOL;
};
template <>
struct OpTraits<SoftmaxOp> {
  using Element = float;
  static constexpr Family kFamily = Family::kSoftmax;
  static constexpr Opcode kOpcode = OPCODE_SOFTMAX;
};
template <>
struct OpTraits<UnaryOp> {
  using Element = float;
  static constexpr Family kFamily = Family::kUnary;
  static constexpr Opcode kOpcode = OPCODE_UNARY;
};
template <>
struct OpTraits<Q8ConvOp> {
  using Element = uint8_t;
  static constexpr Family kFamily = Family::kConv;
  static constexpr Opcode kOpcode = OPCODE_Q8_CONV;
};
template <>
struct OpTraits<Q8PointwiseOp> {
  using Element = uint8_t;
  static constexpr Family kFamily = Family::kPointwise;
  static constexpr Opcode kOpcode = OPCODE_Q8_POINTWISE;
};
template <>
struct OpTraits<Q8DepthwiseOp> {
  using Element = uint8_t;
  static constexpr Family kFamily = Family::kDepthwise;
  static constexpr Opcode kOpcode = OPCODE_Q8_DEPTHWISE;
};
template <>
struct OpTraits<Q8AddOp> {
  using Element = uint8_t;
  static constexpr Family kFamily = Family::kAdd;
  static constexpr Opcode kOpcode = OPCODE_Q8_ADD;
};
template <>
struct OpTraits<Q8PoolOp> {
  using Element = uint8_t;
  static constexpr Family kFamily = Family::kPool;
  static constexpr Opcode kOpcode = OPCODE_Q8_POOL;
};
template <>
struct OpTraits<Q8MeanOp> {
  using Element = uint8_t;
  static constexpr Family kFamily = Family::kMean;
  static constexpr Opcode kOpcode = OPCODE_Q8_MEAN;
};
template <>
struct OpTraits<Q8LookupOp> {
  using Element = uint8_t;
  static constexpr Family kFamily = Family::kLookup;
  static constexpr Opcode kOpcode = OPCODE_Q8_LOOKUP;
};
template <>
struct OpTraits<Q8SoftmaxOp> {
  using Element = uint8_t;
  static constexpr Family kFamily = Family::kSoftmax;
  static constexpr Opcode kOpcode = OPCODE_Q8_SOFTMAX;
};
template <>
struct OpTraits<Q8QuantizeOp> {
  using Element = uint8_t;
  static constexpr Family kFamily = Family::kQuantize;
  static constexpr Opcode kOpcode = OPCODE_Q8_QUANTIZE;
};
template <>
struct OpTraits<Q8DequantizeOp> {
  using Element = uint8_t;
  static constexpr Family kFamily = Family::kDequantize;
  static constexpr Opcode kOpcode = OPCODE_Q8_DEQUANTIZE;
};
template <>
struct OpTraits<F16ConvOp> {
  using Element = Half;
  static constexpr Family kFamily = Family::kConv;
  static constexpr Opcode kOpcode = OPCODE_F16_CONV;
};
template <>
struct OpTraits<F16PointwiseOp> {
  using Element = Half;
  static constexpr Family kFamily = Family::kPointwise;
  static constexpr Opcode kOpcode = OPCODE_F16_POINTWISE;
};
template <>
struct OpTraits<F16DepthwiseOp> {
  using Element = Half;
  static constexpr Family kFamily = Family::kDepthwise;
  static constexpr Opcode kOpcode = OPCODE_F16_DEPTHWISE;
};
template <>
struct OpTraits<F16AddOp> {
  using Element = Half;
  static constexpr Family kFamily = Family::kAdd;
  static constexpr Opcode kOpcode = OPCODE_F16_ADD;
};
template <>
struct OpTraits<F16PoolOp> {
  using Element = Half;
  static constexpr Family kFamily = Family::kPool;
  static constexpr Opcode kOpcode = OPCODE_F16_POOL;
};
template <>
struct OpTraits<F16FromF32Op> {
  using Element = Half;
  static constexpr Family kFamily = Family::kFromF32;
  static constexpr Opcode kOpcode = OPCODE_F16_FROM_F32;
};
template <>
struct OpTraits<F16ToF32Op> {
  using Element = Half;
  static constexpr Family kFamily = Family::kToF32;
  static constexpr Opcode kOpcode = OPCODE_F16_TO_F32;
};

// What an op's activations are made of; void for one that only has parts.
template <typename Op>
using ElementOf = typename OpTraits<Op>::Element;
template <typename Op>
constexpr Family kFamilyOf = OpTraits<Op>::kFamily;

template <Family family, typename Element>
struct OpOfFamily;
template <>
struct OpOfFamily<Family::kConv, float> {
  using Op = ConvOp;
};
template <>
struct OpOfFamily<Family::kPointwise, float> {
  using Op = PointwiseOp;
};
template <>
struct OpOfFamily<Family::kDepthwise, float> {
  using Op = DepthwiseOp;
};
template <>
struct OpOfFamily<Family::kInvertedResidual, void> {
  using Op = InvertedResidualOp;
};
template <>
struct OpOfFamily<Family::kAdd, float> {
  using Op = AddOp;
};
template <>
struct OpOfFamily<Family::kPool, float> {
  using Op = PoolOp;
};
template <>
struct OpOfFamily<Family::kSoftmax, float> {
  using Op = SoftmaxOp;
};
template <>
struct OpOfFamily<Family::kUnary, float> {
  using Op = UnaryOp;
};
template <>
struct OpOfFamily<Family::kConv, uint8_t> {
  using Op = Q8ConvOp;
};
template <>
struct OpOfFamily<Family::kPointwise, uint8_t> {
  using Op = Q8PointwiseOp;
};
template <>
struct OpOfFamily<Family::kDepthwise, uint8_t> {
  using Op = Q8DepthwiseOp;
};
template <>
struct OpOfFamily<Family::kAdd, uint8_t> {
  using Op = Q8AddOp;
};
template <>
struct OpOfFamily<Family::kPool, uint8_t> {
  using Op = Q8PoolOp;
};
template <>
struct OpOfFamily<Family::kMean, uint8_t> {
  using Op = Q8MeanOp;
};
template <>
struct OpOfFamily<Family::kLookup, uint8_t> {
  using Op = Q8LookupOp;
};
template <>
struct OpOfFamily<Family::kSoftmax, uint8_t> {
  using Op = Q8SoftmaxOp;
};
template <>
struct OpOfFamily<Family::kQuantize, uint8_t> {
  using Op = Q8QuantizeOp;
};
template <>
struct OpOfFamily<Family::kDequantize, uint8_t> {
  using Op = Q8DequantizeOp;
};
template <>
struct OpOfFamily<Family::kConv, Half> {
  using Op = F16ConvOp;
};
template <>
struct OpOfFamily<Family::kPointwise, Half> {
  using Op = F16PointwiseOp;
};
template <>
struct OpOfFamily<Family::kDepthwise, Half> {
  using Op = F16DepthwiseOp;
};
template <>
struct OpOfFamily<Family::kAdd, Half> {
  using Op = F16AddOp;
};
template <>
struct OpOfFamily<Family::kPool, Half> {
  using Op = F16PoolOp;
};
template <>
struct OpOfFamily<Family::kFromF32, Half> {
  using Op = F16FromF32Op;
};
template <>
struct OpOfFamily<Family::kToF32, Half> {
  using Op = F16ToF32Op;
};
template <Family family, typename Element>
using OpOf = typename OpOfFamily<family, Element>::Op;

struct Context;

// One function per op, see native/ops/ops.h: runs chunk `chunk` of it.
void run_op(const Context& context, const ConvOp& op, int32_t chunk);
void run_op(const Context& context, const PointwiseOp& op, int32_t chunk);
void run_op(const Context& context, const DepthwiseOp& op, int32_t chunk);
void run_op(const Context& context, const InvertedResidualOp& op, int32_t chunk);
void run_op(const Context& context, const AddOp& op, int32_t chunk);
void run_op(const Context& context, const PoolOp& op, int32_t chunk);
void run_op(const Context& context, const SoftmaxOp& op, int32_t chunk);
void run_op(const Context& context, const UnaryOp& op, int32_t chunk);
void run_op(const Context& context, const Q8ConvOp& op, int32_t chunk);
void run_op(const Context& context, const Q8PointwiseOp& op, int32_t chunk);
void run_op(const Context& context, const Q8DepthwiseOp& op, int32_t chunk);
void run_op(const Context& context, const Q8AddOp& op, int32_t chunk);
void run_op(const Context& context, const Q8PoolOp& op, int32_t chunk);
void run_op(const Context& context, const Q8MeanOp& op, int32_t chunk);
void run_op(const Context& context, const Q8LookupOp& op, int32_t chunk);
void run_op(const Context& context, const Q8SoftmaxOp& op, int32_t chunk);
void run_op(const Context& context, const Q8QuantizeOp& op, int32_t chunk);
void run_op(const Context& context, const Q8DequantizeOp& op, int32_t chunk);
void run_op(const Context& context, const F16ConvOp& op, int32_t chunk);
void run_op(const Context& context, const F16PointwiseOp& op, int32_t chunk);
void run_op(const Context& context, const F16DepthwiseOp& op, int32_t chunk);
void run_op(const Context& context, const F16AddOp& op, int32_t chunk);
void run_op(const Context& context, const F16PoolOp& op, int32_t chunk);
void run_op(const Context& context, const F16FromF32Op& op, int32_t chunk);
void run_op(const Context& context, const F16ToF32Op& op, int32_t chunk);

// Calls visit(record) with `op` as the record that it is. Returns whether there is such an op.
template <typename Visit>
bool visit_op(const OpHeader& op, Visit visit) {
  switch (op.opcode) {
    case OPCODE_CONV:
      visit(reinterpret_cast<const ConvOp&>(op));
      return true;
    case OPCODE_POINTWISE:
      visit(reinterpret_cast<const PointwiseOp&>(op));
      return true;
    case OPCODE_DEPTHWISE:
      visit(reinterpret_cast<const DepthwiseOp&>(op));
      return true;
    case OPCODE_INVERTED_RESIDUAL:
      visit(reinterpret_cast<const InvertedResidualOp&>(op));
      return true;
    case OPCODE_ADD:
      visit(reinterpret_cast<const AddOp&>(op));
      return true;
    case OPCODE_POOL:
      visit(reinterpret_cast<const PoolOp&>(op));
      return true;
    case OPCODE_SOFTMAX:
      visit(reinterpret_cast<const SoftmaxOp&>(op));
      return true;
    case OPCODE_UNARY:
      visit(reinterpret_cast<const UnaryOp&>(op));
      return true;
    case OPCODE_Q8_CONV:
      visit(reinterpret_cast<const Q8ConvOp&>(op));
      return true;
    case OPCODE_Q8_POINTWISE:
      visit(reinterpret_cast<const Q8PointwiseOp&>(op));
      return true;
    case OPCODE_Q8_DEPTHWISE:
      visit(reinterpret_cast<const Q8DepthwiseOp&>(op));
      return true;
    case OPCODE_Q8_ADD:
      visit(reinterpret_cast<const Q8AddOp&>(op));
      return true;
    case OPCODE_Q8_POOL:
      visit(reinterpret_cast<const Q8PoolOp&>(op));
      return true;
    case OPCODE_Q8_MEAN:
      visit(reinterpret_cast<const Q8MeanOp&>(op));
      return true;
    case OPCODE_Q8_LOOKUP:
      visit(reinterpret_cast<const Q8LookupOp&>(op));
      return true;
    case OPCODE_Q8_SOFTMAX:
      visit(reinterpret_cast<const Q8SoftmaxOp&>(op));
      return true;
    case OPCODE_Q8_QUANTIZE:
      visit(reinterpret_cast<const Q8QuantizeOp&>(op));
      return true;
    case OPCODE_Q8_DEQUANTIZE:
      visit(reinterpret_cast<const Q8DequantizeOp&>(op));
      return true;
    case OPCODE_F16_CONV:
      visit(reinterpret_cast<const F16ConvOp&>(op));
      return true;
    case OPCODE_F16_POINTWISE:
      visit(reinterpret_cast<const F16PointwiseOp&>(op));
      return true;
    case OPCODE_F16_DEPTHWISE:
      visit(reinterpret_cast<const F16DepthwiseOp&>(op));
      return true;
    case OPCODE_F16_ADD:
      visit(reinterpret_cast<const F16AddOp&>(op));
      return true;
    case OPCODE_F16_POOL:
      visit(reinterpret_cast<const F16PoolOp&>(op));
      return true;
    case OPCODE_F16_FROM_F32:
      visit(reinterpret_cast<const F16FromF32Op&>(op));
      return true;
    case OPCODE_F16_TO_F32:
      visit(reinterpret_cast<const F16ToF32Op&>(op));
      return true;
  }
  return false;
}

}  // namespace mobilenet_edge
