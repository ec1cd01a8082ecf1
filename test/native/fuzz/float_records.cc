// Ops on float32 and, with the same fields, on halves.
#include "records.h"

namespace mobilenet_edge {
namespace {

template <typename Op>
constexpr int32_t kBytes = sizeof(ElementOf<Op>);
template <typename Op>
const Geometry& geometry(const Draw& draw) {
  return geometry_of(draw.kernels, ElementOf<Op>());
}

template <typename Op>
Op conv_of(Draw& draw, int32_t opcode) {
  Op op = {opcode};
  draw.window(&op);
  op.input = draw.address(kBytes<Op>), op.output = draw.address(kBytes<Op>);
  op.input_channels = draw.chance(50) ? 3 : draw.channels();
  op.input_stride = draw.stride(op.input_channels);
  op.n = draw.columns(), op.output_stride = draw.stride(op.n);
  op.weights = draw.address(kBytes<Op>), op.patches = draw.address(kBytes<Op>);
  draw.picture_chunks(&op);
  draw.interval(&op);
  return op;
}

template <typename Op>
Op pointwise_of(Draw& draw, int32_t opcode) {
  Op op = {opcode};
  op.m = draw.chance(95) ? draw.integer(1, 20) : draw.integer(21, 300);
  op.k = draw.channels(), op.n = draw.columns();
  op.input = draw.address(kBytes<Op>), op.output = draw.address(kBytes<Op>), op.weights = draw.address(kBytes<Op>);
  op.input_stride = draw.stride(op.k), op.output_stride = draw.stride(op.n);
  op.residual = draw.chance(50) ? -1 : draw.address(kBytes<Op>), op.residual_stride = draw.stride(op.n);
  op.m_block = draw.integer(1, op.m);
  op.n_block = draw.chance(30) ? op.n : geometry<Op>(draw).panel * draw.integer(1, 3);
  op.chunks = pieces(op.m, op.m_block) * pieces(op.n, op.n_block);
  draw.interval(&op);
  op.sum_lo = draw.real_bits(), op.sum_hi = draw.real_bits();
  return op;
}

template <typename Op>
Op depthwise_of(Draw& draw, int32_t opcode) {
  Op op = {opcode};
  draw.window(&op);
  op.channels = draw.channels();
  const int32_t group = geometry<Op>(draw).channel_group, channels = (op.channels + group - 1) / group * group;
  op.input = draw.address(kBytes<Op>), op.output = draw.address(kBytes<Op>);
  op.input_stride = draw.stride(channels), op.output_stride = draw.stride(channels);
  op.weights = draw.address(kBytes<Op>), op.pad_row = draw.address(kBytes<Op>);
  draw.picture_chunks(&op);
  draw.interval(&op);
  return op;
}

template <typename Op>
Op add_of(Draw& draw, int32_t opcode) {
  Op op = {opcode};
  op.pixels = draw.integer(1, 20), op.channels = draw.channels();
  draw.pixel_chunks(&op);
  op.a = draw.address(kBytes<Op>), op.b = draw.address(kBytes<Op>), op.output = draw.address(kBytes<Op>);
  op.a_stride = draw.stride(op.channels), op.b_stride = draw.stride(op.channels);
  op.output_stride = draw.stride(op.channels);
  draw.interval(&op);
  return op;
}

template <typename Op>
Op pool_of(Draw& draw, int32_t opcode) {
  Op op = {opcode};
  draw.window(&op);
  op.channels = draw.channels(), op.is_max = draw.integer(0, 1);
  draw.picture_chunks(&op, draw.channel_pieces(&op));
  op.input = draw.address(kBytes<Op>), op.output = draw.address(kBytes<Op>);
  op.input_stride = draw.stride(op.channels), op.output_stride = draw.stride(op.channels);
  draw.interval(&op);
  return op;
}

template <typename Op>
Op flat_of(Draw& draw, int32_t opcode, int32_t input_bytes, int32_t output_bytes) {
  Op op = {opcode};
  op.pixels = draw.integer(1, 9), op.channels = draw.channels();
  draw.pixel_chunks(&op);
  op.input = draw.address(input_bytes), op.output = draw.address(output_bytes);
  op.input_stride = draw.stride(op.channels), op.output_stride = draw.stride(op.channels);
  return op;
}

template <typename Conv, typename Pointwise, typename Depthwise>
std::vector<int32_t> bottleneck_of(Draw& draw, int32_t conv, int32_t pointwise, int32_t depthwise, bool of_stem) {
  Depthwise middle = depthwise_of<Depthwise>(draw, depthwise);
  auto projection = pointwise_of<Pointwise>(draw, pointwise);
  projection.input_stride = middle.output_stride;
  projection.k = draw.integer(1, middle.channels);
  const InvertedResidualOp op = draw_inverted_residual(draw, middle, kBytes<Depthwise>);
  const int32_t columns = (middle.channels + 7) / 8 * 8 + (draw.chance(20) ? 8 : 0);
  middle.input_stride = draw.stride(std::max(columns, middle.input_stride));
  const auto fitted = [&](auto expansion) {
    expansion.n = columns, expansion.output_stride = middle.input_stride;
    return expansion;
  };
  if (!of_stem) {
    return joined(op, words_of(fitted(pointwise_of<Pointwise>(draw, pointwise))), middle, words_of(projection));
  }
  Conv stem = fitted(conv_of<Conv>(draw, conv));
  stem.output_height = middle.input_height, stem.output_width = middle.input_width;
  return joined(op, words_of(stem), middle, words_of(projection));
}

}  // namespace

std::vector<RecordKind> float_kinds() {
  return {
      {"conv", [](Draw& draw) { return words_of(conv_of<ConvOp>(draw, OPCODE_CONV)); }},
      {"pointwise", [](Draw& draw) { return words_of(pointwise_of<PointwiseOp>(draw, OPCODE_POINTWISE)); }},
      {"depthwise", [](Draw& draw) { return words_of(depthwise_of<DepthwiseOp>(draw, OPCODE_DEPTHWISE)); }},
      {"add", [](Draw& draw) { return words_of(add_of<AddOp>(draw, OPCODE_ADD)); }},
      {"pool", [](Draw& draw) { return words_of(pool_of<PoolOp>(draw, OPCODE_POOL)); }},
      {"softmax",
       [](Draw& draw) {
         auto op = flat_of<SoftmaxOp>(draw, OPCODE_SOFTMAX, 4, 4);
         op.beta = draw.real_bits();
         return words_of(op);
       }},
      {"unary",
       [](Draw& draw) {
         auto op = flat_of<UnaryOp>(draw, OPCODE_UNARY, 4, 4);
         op.function = draw.chance(90) ? draw.integer(0, kUnaryFunctions - 1) : draw.chance(50) ? -1 : kUnaryFunctions;
         return words_of(op);
       }},
      {"inverted_residual",
       [](Draw& draw) {
         return bottleneck_of<ConvOp, PointwiseOp, DepthwiseOp>(draw, OPCODE_CONV, OPCODE_POINTWISE, OPCODE_DEPTHWISE,
                                                                draw.chance(40));
       }},
      {"f16_conv", [](Draw& draw) { return words_of(conv_of<F16ConvOp>(draw, OPCODE_F16_CONV)); }, true},
      {"f16_pointwise", [](Draw& draw) { return words_of(pointwise_of<F16PointwiseOp>(draw, OPCODE_F16_POINTWISE)); },
       true},
      {"f16_depthwise", [](Draw& draw) { return words_of(depthwise_of<F16DepthwiseOp>(draw, OPCODE_F16_DEPTHWISE)); },
       true},
      {"f16_add", [](Draw& draw) { return words_of(add_of<F16AddOp>(draw, OPCODE_F16_ADD)); }, true},
      {"f16_pool",
       [](Draw& draw) {
         auto op = pool_of<F16PoolOp>(draw, OPCODE_F16_POOL);
         op.sums = draw.address(4);
         return words_of(op);
       },
       true},
      {"f16_from_f32", [](Draw& draw) { return words_of(flat_of<F16FromF32Op>(draw, OPCODE_F16_FROM_F32, 4, 2)); },
       true},
      {"f16_to_f32", [](Draw& draw) { return words_of(flat_of<F16ToF32Op>(draw, OPCODE_F16_TO_F32, 2, 4)); }, true},
      {"f16_inverted_residual",
       [](Draw& draw) {
         return bottleneck_of<F16ConvOp, F16PointwiseOp, F16DepthwiseOp>(draw, OPCODE_F16_CONV, OPCODE_F16_POINTWISE,
                                                                         OPCODE_F16_DEPTHWISE, draw.chance(40));
       },
       true},
  };
}

}  // namespace mobilenet_edge
