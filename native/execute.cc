#include "execute.h"

#include "ops/q8_ops.h"

namespace mobilenet_edge {
namespace {

void run_chunk(const Context& context, const OpHeader& op, int32_t chunk) {
  switch (op.opcode) {
    case OPCODE_CONV:
      return run_conv(context, reinterpret_cast<const ConvOp&>(op), chunk);
    case OPCODE_POINTWISE:
      return run_pointwise(context, reinterpret_cast<const PointwiseOp&>(op), chunk);
    case OPCODE_DEPTHWISE:
      return run_depthwise(context, reinterpret_cast<const DepthwiseOp&>(op), chunk);
    case OPCODE_INVERTED_RESIDUAL:
      return run_inverted_residual(context, reinterpret_cast<const InvertedResidualOp&>(op), chunk);
    case OPCODE_ADD:
      return run_add(context, reinterpret_cast<const AddOp&>(op), chunk);
    case OPCODE_POOL:
      return run_pool(context, reinterpret_cast<const PoolOp&>(op), chunk);
    case OPCODE_SOFTMAX:
      return run_softmax(context, reinterpret_cast<const SoftmaxOp&>(op), chunk);
    case OPCODE_SIGMOID:
      return run_sigmoid(context, reinterpret_cast<const SigmoidOp&>(op), chunk);
    case OPCODE_Q8_CONV:
      return run_q8_conv(context, reinterpret_cast<const Q8ConvOp&>(op), chunk);
    case OPCODE_Q8_POINTWISE:
      return run_q8_pointwise(context, reinterpret_cast<const Q8PointwiseOp&>(op), chunk);
    case OPCODE_Q8_DEPTHWISE:
      return run_q8_depthwise(context, reinterpret_cast<const Q8DepthwiseOp&>(op), chunk);
    case OPCODE_Q8_ADD:
      return run_q8_add(context, reinterpret_cast<const Q8AddOp&>(op), chunk);
    case OPCODE_Q8_POOL:
      return run_q8_pool(context, reinterpret_cast<const Q8PoolOp&>(op), chunk);
    case OPCODE_Q8_MEAN:
      return run_q8_mean(context, reinterpret_cast<const Q8MeanOp&>(op), chunk);
    case OPCODE_Q8_LOOKUP:
      return run_q8_lookup(context, reinterpret_cast<const Q8LookupOp&>(op), chunk);
    case OPCODE_Q8_SOFTMAX:
      return run_q8_softmax(context, reinterpret_cast<const Q8SoftmaxOp&>(op), chunk);
    case OPCODE_Q8_QUANTIZE:
      return run_q8_quantize(context, reinterpret_cast<const Q8QuantizeOp&>(op), chunk);
    case OPCODE_Q8_DEQUANTIZE:
      return run_q8_dequantize(context, reinterpret_cast<const Q8DequantizeOp&>(op), chunk);
  }
}

}  // namespace

void execute(const Context& context, const int32_t* ops, size_t words) {
  for (size_t at = 0; at < words;) {
    const OpHeader& op = reinterpret_cast<const OpHeader&>(ops[at]);
    for (int32_t chunk = 0; chunk < op.chunks; ++chunk) run_chunk(context, op, chunk);
    at += op.words;
  }
}

}  // namespace mobilenet_edge
