#include "records.h"

namespace mobilenet_edge {
namespace {

template <typename Op>
const Op& as(const int32_t* record) {
  return reinterpret_cast<const Op&>(*record);
}

template <typename Op>
double taps(const Op& op) {
  return (double)op.output_height * op.output_width * op.kernel_height * op.kernel_width;
}
template <typename Op>
double conv(const Op& op) {
  return taps(op) * op.input_channels * op.n;
}
template <typename Op>
double channelwise(const Op& op) {
  return taps(op) * (op.channels + 32.0);
}
template <typename Op>
double pointwise(const Op& op, double rows) {
  return rows * op.k * op.n;
}
template <typename Op>
double flat(const Op& op) {
  return (double)op.pixels * op.channels;
}

// Every chunk may make all rows of the expansion.
template <typename Expansion, typename Depthwise, typename Pointwise>
double parts(const InvertedResidualOp& op) {
  const auto& expansion = *reinterpret_cast<const Expansion*>(&op + 1);
  const auto& depthwise = *reinterpret_cast<const Depthwise*>(&expansion + 1);
  const auto& projection = *reinterpret_cast<const Pointwise*>(&depthwise + 1);
  double rows = op.chunks;
  if constexpr (std::is_same_v<Expansion, Pointwise>) {
    rows *= pointwise(expansion, (double)depthwise.input_height * depthwise.input_width);
  } else {
    rows *= conv(expansion);
  }
  return rows + channelwise(depthwise) +
         pointwise(projection, (double)depthwise.output_height * depthwise.output_width);
}

double inverted_residual(const InvertedResidualOp& op) {
  switch (reinterpret_cast<const OpHeader*>(&op + 1)->opcode) {
    case OPCODE_POINTWISE:
      return parts<PointwiseOp, DepthwiseOp, PointwiseOp>(op);
    case OPCODE_CONV:
      return parts<ConvOp, DepthwiseOp, PointwiseOp>(op);
    case OPCODE_F16_POINTWISE:
      return parts<F16PointwiseOp, F16DepthwiseOp, F16PointwiseOp>(op);
    case OPCODE_F16_CONV:
      return parts<F16ConvOp, F16DepthwiseOp, F16PointwiseOp>(op);
    case OPCODE_Q8_POINTWISE:
      return parts<Q8PointwiseOp, Q8DepthwiseOp, Q8PointwiseOp>(op);
    default:
      return parts<Q8ConvOp, Q8DepthwiseOp, Q8PointwiseOp>(op);
  }
}

}  // namespace

double work_of(const int32_t* record) {
  switch (record[0]) {
    case OPCODE_CONV:
      return conv(as<ConvOp>(record));
    case OPCODE_F16_CONV:
      return conv(as<F16ConvOp>(record));
    case OPCODE_Q8_CONV:
      return conv(as<Q8ConvOp>(record));
    case OPCODE_POINTWISE:
      return pointwise(as<PointwiseOp>(record), as<PointwiseOp>(record).m);
    case OPCODE_F16_POINTWISE:
      return pointwise(as<F16PointwiseOp>(record), as<F16PointwiseOp>(record).m);
    case OPCODE_Q8_POINTWISE:
      return pointwise(as<Q8PointwiseOp>(record), as<Q8PointwiseOp>(record).m);
    case OPCODE_DEPTHWISE:
      return channelwise(as<DepthwiseOp>(record));
    case OPCODE_F16_DEPTHWISE:
      return channelwise(as<F16DepthwiseOp>(record));
    case OPCODE_Q8_DEPTHWISE:
      return channelwise(as<Q8DepthwiseOp>(record));
    case OPCODE_POOL:
      return channelwise(as<PoolOp>(record));
    case OPCODE_F16_POOL:
      return channelwise(as<F16PoolOp>(record));
    case OPCODE_Q8_POOL:
      return channelwise(as<Q8PoolOp>(record));
    case OPCODE_INVERTED_RESIDUAL:
      return inverted_residual(as<InvertedResidualOp>(record));
    case OPCODE_ADD:
      return flat(as<AddOp>(record));
    case OPCODE_F16_ADD:
      return flat(as<F16AddOp>(record));
    case OPCODE_Q8_ADD:
      return flat(as<Q8AddOp>(record));
    case OPCODE_Q8_MEAN:
      return flat(as<Q8MeanOp>(record));
    default:
      // The others have the same first fields, and one chunk.
      return flat(as<UnaryOp>(record));
  }
}

}  // namespace mobilenet_edge
