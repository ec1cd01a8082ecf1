// Ops on bytes.
#include "records.h"

namespace mobilenet_edge {
namespace {

int32_t rounded(int32_t value, int32_t to) { return (value + to - 1) / to * to; }

Q8ConvOp conv_of(Draw& draw) {
  Q8ConvOp op = {OPCODE_Q8_CONV};
  draw.window(&op);
  if (draw.chance(30)) op.kernel_height = op.kernel_width = 3, op.dilation_height = op.dilation_width = 1;
  op.input = draw.address(1), op.output = draw.address(1), op.patches = draw.address(1);
  op.input_channels = draw.chance(60) ? 3 : draw.chance(30) ? 9 : draw.channels();
  op.input_stride = draw.stride(op.input_channels), op.input_zero = draw.byte();
  const int32_t k = op.kernel_height * op.kernel_width * op.input_channels;
  op.patch_stride = draw.stride(rounded(k, 16));
  draw.q8_weights(&op, k);
  op.output_stride = draw.stride(op.n);
  draw.picture_chunks(&op);
  draw.byte_range(&op);
  return op;
}

Q8PointwiseOp pointwise_of(Draw& draw, int32_t k) {
  Q8PointwiseOp op = {OPCODE_Q8_POINTWISE};
  op.m = draw.chance(95) ? draw.integer(1, 20) : draw.integer(21, 300);
  op.k = k;
  draw.q8_weights(&op, k);
  op.input = draw.address(1), op.output = draw.address(1);
  op.input_stride = draw.stride(draw.chance(90) ? rounded(k, 16) : k), op.output_stride = draw.stride(op.n);
  op.m_block = draw.integer(1, op.m);
  op.n_block = draw.chance(30) ? op.n : draw.kernels.q8_geometry.panel * draw.integer(1, 3);
  op.chunks = pieces(op.m, op.m_block) * pieces(op.n, op.n_block);
  draw.byte_range(&op);
  return op;
}

Q8DepthwiseOp depthwise_of(Draw& draw) {
  Q8DepthwiseOp op = {OPCODE_Q8_DEPTHWISE};
  draw.window(&op);
  if (draw.chance(30)) op.kernel_height = op.kernel_width = 3;
  op.channels = draw.channels();
  const int32_t channels = rounded(op.channels, draw.kernels.q8_geometry.channel_group);
  op.input = draw.address(1), op.output = draw.address(1), op.input_zero = draw.byte();
  op.input_stride = draw.stride(channels), op.output_stride = draw.stride(channels);
  op.weights = draw.address(4), op.pad_row = draw.address(1), op.small_sums = draw.integer(0, 1);
  draw.picture_chunks(&op);
  draw.byte_range(&op);
  return op;
}

Q8AddOp add_of(Draw& draw) {
  Q8AddOp op = {OPCODE_Q8_ADD};
  op.pixels = draw.integer(1, 20), op.channels = draw.channels();
  draw.pixel_chunks(&op);
  op.a = draw.address(1), op.b = draw.address(1), op.output = draw.address(1);
  const int32_t channels = rounded(op.channels, 16);
  op.a_stride = draw.stride(channels), op.b_stride = draw.stride(channels), op.output_stride = draw.stride(channels);
  op.a_multiplier = (int32_t)draw.next(), op.b_multiplier = (int32_t)draw.next(), op.bias = (int32_t)draw.next();
  op.shift = draw.integer(0, draw.chance(95) ? 31 : 40);
  draw.byte_range(&op);
  return op;
}

Q8PoolOp pool_of(Draw& draw) {
  Q8PoolOp op = {OPCODE_Q8_POOL};
  draw.window(&op);
  op.channels = draw.chance(20) ? draw.integer(120, 300) : draw.channels();
  draw.picture_chunks(&op, draw.channel_pieces(&op));
  op.is_max = draw.integer(0, 1), op.raw_offset = draw.integer(-255, 255);
  op.input = draw.address(1), op.output = draw.address(1);
  op.input_stride = draw.stride(op.channels), op.output_stride = draw.stride(op.channels);
  op.lo = draw.byte(), op.hi = draw.integer(op.lo, draw.byte_least() + 255);
  return op;
}

Q8MeanOp mean_of(Draw& draw) {
  Q8MeanOp op = {OPCODE_Q8_MEAN};
  op.pixels = draw.integer(1, 50), op.channels = draw.chance(20) ? draw.integer(120, 300) : draw.channels();
  op.chunks = draw.channel_pieces(&op);
  op.input = draw.address(1), op.output = draw.address(1), op.input_zero = draw.byte();
  op.input_stride = draw.stride(op.channels), op.scale = draw.real_bits();
  draw.byte_range(&op);
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

std::vector<int32_t> bottleneck_of(Draw& draw) {
  Q8DepthwiseOp middle = depthwise_of(draw);
  Q8PointwiseOp projection = pointwise_of(draw, draw.integer(std::max(1, middle.channels - 20), middle.channels));
  const int32_t read = rounded(projection.k, 16);
  // Mostly so that a pixel holds what the projection reads.
  if (draw.chance(90)) middle.output_stride = std::max(middle.output_stride, draw.stride(read));
  projection.input_stride = middle.output_stride;
  const InvertedResidualOp op = draw_inverted_residual(draw, middle, 1);
  const int32_t columns = rounded(middle.channels, 8) + (draw.chance(20) ? 8 : 0);
  middle.input_stride = draw.stride(std::max(columns, middle.input_stride));
  const auto fitted = [&](auto expansion) {
    expansion.n = columns, expansion.output_stride = middle.input_stride;
    return words_of(expansion);
  };
  if (draw.chance(60)) {
    return joined(op, fitted(pointwise_of(draw, draw.channels())), middle, words_of(projection));
  }
  Q8ConvOp stem = conv_of(draw);
  stem.output_height = middle.input_height, stem.output_width = middle.input_width;
  return joined(op, fitted(stem), middle, words_of(projection));
}

}  // namespace

std::vector<RecordKind> q8_kinds() {
  return {
      {"q8_conv", [](Draw& draw) { return words_of(conv_of(draw)); }},
      {"q8_pointwise", [](Draw& draw) { return words_of(pointwise_of(draw, draw.channels())); }},
      {"q8_depthwise", [](Draw& draw) { return words_of(depthwise_of(draw)); }},
      {"q8_inverted_residual", bottleneck_of},
      {"q8_add", [](Draw& draw) { return words_of(add_of(draw)); }},
      {"q8_pool", [](Draw& draw) { return words_of(pool_of(draw)); }},
      {"q8_mean", [](Draw& draw) { return words_of(mean_of(draw)); }},
      {"q8_lookup",
       [](Draw& draw) {
         auto op = flat_of<Q8LookupOp>(draw, OPCODE_Q8_LOOKUP, 1, 1);
         op.table = draw.address(2), op.table_offset = -draw.byte_least();
         return words_of(op);
       }},
      {"q8_softmax",
       [](Draw& draw) {
         auto op = flat_of<Q8SoftmaxOp>(draw, OPCODE_Q8_SOFTMAX, 1, 1);
         op.table = draw.address(4), op.output_scale = draw.real_bits();
         draw.byte_range(&op);
         return words_of(op);
       }},
      {"q8_quantize",
       [](Draw& draw) {
         auto op = flat_of<Q8QuantizeOp>(draw, OPCODE_Q8_QUANTIZE, 4, 1);
         op.inverse_scale = draw.real_bits();
         draw.byte_range(&op);
         return words_of(op);
       }},
      {"q8_dequantize",
       [](Draw& draw) {
         auto op = flat_of<Q8DequantizeOp>(draw, OPCODE_Q8_DEQUANTIZE, 1, 4);
         op.input_zero = draw.byte(), op.scale = draw.real_bits();
         return words_of(op);
       }},
  };
}

std::vector<RecordKind> record_kinds(const Kernels& kernels) {
  std::vector<RecordKind> kinds;
  for (const auto& part : {float_kinds(), q8_kinds()}) {
    for (const RecordKind& kind : part) {
      if (kernels.f16_gemm || !kind.needs_halves) kinds.push_back(kind);
    }
  }
  return kinds;
}

}  // namespace mobilenet_edge
