// A fused integer bottleneck must answer byte for byte what its three ops answer one after the other.
#include "machine.h"
#include "q8_support.h"

namespace mobilenet_edge {
namespace {

struct Parts {
  Q8PointwiseOp expansion;
  Q8DepthwiseOp depthwise;
  Q8PointwiseOp projection;
};

void append(std::vector<int32_t>* to, const std::vector<int32_t>& words) {
  to->insert(to->end(), words.begin(), words.end());
}

struct Block {
  const Kernels& kernels;
  Random& random;
  std::vector<uint8_t> weights;

  int32_t add(const std::vector<uint8_t>& part) {
    weights.resize((weights.size() + 63) / 64 * 64);
    weights.insert(weights.end(), part.begin(), part.end());
    return (int32_t)(weights.size() - part.size());
  }

  Q8PointwiseOp pointwise(int32_t m, int32_t k, int32_t n, Draw draw) {
    const PackedQ8Weights packed =
        pack_q8_panels(draw_q8_weights(random, k, n, draw), kChains[random.integer(0, 4)], kernels.q8_geometry);
    Q8PointwiseOp op = {OPCODE_Q8_POINTWISE, sizeof(Q8PointwiseOp) / sizeof(int32_t), 1};
    op.input_stride = (k + 15) / 16 * 16, op.output_stride = (n + 15) / 16 * 16;
    op.m = op.m_block = m, op.k = k, op.n = op.n_block = n;
    op.weights = add(packed.panels), op.chain = packed.chain, op.extras = add(packed.extras);
    const int32_t least = least_value(kernels.q8_geometry);
    op.output_zero = least + 100, op.lo = least + 3, op.hi = least + 250;
    return op;
  }
};

void test_block(const Kernels& kernels, int32_t channels, int32_t expanded, int32_t projected, const Window& w,
                Draw draw, Random& random) {
  Block block = {kernels, random, {}};
  const int32_t input_pixels = w.input_height * w.input_width, output_pixels = w.output_height * w.output_width;
  const size_t taps = (size_t)w.kernel_height * w.kernel_width;
  Parts parts = {block.pointwise(input_pixels, channels, expanded, draw),
                 {OPCODE_Q8_DEPTHWISE, sizeof(Q8DepthwiseOp) / sizeof(int32_t), 1},
                 block.pointwise(output_pixels, expanded, projected, draw)};
  Q8DepthwiseOp& depthwise = parts.depthwise;
  w.fill(&depthwise);
  depthwise.channels = expanded;
  cut_picture(&depthwise, {w.output_height, w.output_width});
  depthwise.input_stride = depthwise.output_stride = parts.expansion.output_stride;
  depthwise.weights = block.add(pack_q8_groups(draw_q8_weights(random, taps, expanded, draw), kernels.q8_geometry));
  const int32_t least = least_value(kernels.q8_geometry);
  depthwise.input_zero = least + 100, depthwise.output_zero = depthwise.lo = least + 50, depthwise.hi = least + 255;

  const size_t input_bytes = (size_t)input_pixels * parts.expansion.input_stride;
  const size_t output_bytes = (size_t)output_pixels * parts.projection.output_stride;
  const size_t row = (size_t)w.input_width * depthwise.input_stride;
  const size_t expanded_at = input_bytes + output_bytes, filtered_at = expanded_at + w.input_height * row;
  const std::vector<uint8_t> input = draw_q8_input(random, input_bytes, kernels.q8_geometry);
  parts.projection.output = (int32_t)input_bytes;
  const std::string name = std::string(kernels.isa) + " q8 inverted residual " + std::to_string(w.input_height) + "x" +
                           std::to_string(w.input_width) + " " + std::to_string(expanded) + " stride " +
                           std::to_string(w.stride_height);
  // The lanes between channels and stride are arbitrary.
  const auto values = [&](std::vector<uint8_t> output) {
    output.resize(output_bytes);
    for (size_t i = 0; i < output_bytes; ++i) {
      if ((int32_t)(i % parts.projection.output_stride) >= projected) output[i] = 0;
    }
    return output;
  };

  Parts separate = parts;
  separate.expansion.output = separate.depthwise.input = (int32_t)expanded_at;
  separate.depthwise.output = separate.projection.input = (int32_t)filtered_at;
  std::vector<int32_t> ops = words_of(separate.expansion);
  append(&ops, words_of(separate.depthwise));
  append(&ops, words_of(separate.projection));
  Q8Machine unfused(kernels, input, filtered_at + (size_t)output_pixels * depthwise.output_stride, block.weights, row);
  const std::vector<uint8_t> expected = values(unfused.run(ops, input_bytes, name + " unfused"));

  for (int32_t band_rows : {1, 2, 3, w.output_height}) {
    for (int32_t rows_per_chunk : {1, 4, w.output_height}) {
      const int32_t reach = (w.kernel_height - 1) * w.dilation_height + 1;
      const int32_t window_rows = std::min((band_rows - 1) * w.stride_height + reach, w.input_height);
      const size_t band_at = (window_rows + 1) * row;
      const size_t scratch = band_at + (size_t)band_rows * w.output_width * depthwise.output_stride;
      parts.depthwise.pad_row = (int32_t)(window_rows * row);
      const InvertedResidualOp op = {OPCODE_INVERTED_RESIDUAL,
                                     (sizeof(InvertedResidualOp) + sizeof(Parts)) / sizeof(int32_t),
                                     pieces(w.output_height, rows_per_chunk),
                                     0,
                                     window_rows,
                                     (int32_t)band_at,
                                     band_rows,
                                     rows_per_chunk};
      std::vector<int32_t> fused((sizeof(op) + sizeof(parts)) / sizeof(int32_t));
      memcpy(fused.data(), &op, sizeof(op));
      memcpy(fused.data() + sizeof(op) / sizeof(int32_t), &parts, sizeof(parts));
      Q8Machine machine(kernels, input, input_bytes + output_bytes, block.weights, scratch);
      expect(values(machine.run(fused, input_bytes, name)) == expected,
             name + " band " + std::to_string(band_rows) + " chunk " + std::to_string(rows_per_chunk));
    }
  }
}

}  // namespace

void test_q8_inverted_residual(const Kernels& kernels) {
  Random random(14);
  for (Draw draw : {Draw::kSmall, Draw::kUniform}) {
    for (int32_t size : {4, 7, 10}) {
      for (int32_t stride : {1, 2}) {
        for (bool same : {true, false}) {
          test_block(kernels, 16, 96, 24, Window::square(size, size + 1, 3, stride, same), draw, random);
          test_block(kernels, 24, 40, 24, Window::square(size, size, 3, stride, same), draw, random);
        }
      }
    }
    test_block(kernels, 8, 16, 8, {9, 9, 9, 9, 3, 3, 1, 1, 2, 2, 2, 2}, draw, random);
    test_block(kernels, 8, 16, 8, {9, 9, 3, 3, 2, 2, 3, 3, 1, 1, 0, 0}, draw, random);  // skips rows
  }
}

}  // namespace mobilenet_edge
