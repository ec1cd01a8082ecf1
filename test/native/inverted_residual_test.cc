// A fused bottleneck must answer bit for bit what its three ops answer one after the other, for every band, window and
// chunk; in float32 and in halves.
#include "f16_support.h"
#include "machine.h"

namespace mobilenet_edge {
namespace {

struct Block {
  int32_t input_channels, expanded, output_channels;
  Window window;
  bool residual;
  Window stem;  // whose output is the window's input; all 1 for a pointwise expansion
};

// The records of float32 and those of halves.
struct Float32 {
  using Element = float;
  using Conv = ConvOp;
  using Depthwise = DepthwiseOp;
  using Pointwise = PointwiseOp;
  static constexpr int32_t kConv = OPCODE_CONV, kDepthwise = OPCODE_DEPTHWISE, kPointwise = OPCODE_POINTWISE;
  static std::vector<float> random(Random& random, size_t count) { return random.reals(count); }
};
struct Float16 {
  using Element = Half;
  using Conv = F16ConvOp;
  using Depthwise = F16DepthwiseOp;
  using Pointwise = F16PointwiseOp;
  static constexpr int32_t kConv = OPCODE_F16_CONV, kDepthwise = OPCODE_F16_DEPTHWISE,
                           kPointwise = OPCODE_F16_POINTWISE;
  static std::vector<Half> random(Random& random, size_t count) { return random_halves(random, count); }
};

template <typename Type, typename Expansion>
struct Parts {
  Expansion expansion;
  typename Type::Depthwise depthwise;
  typename Type::Pointwise projection;
};

template <typename Type>
typename Type::Pointwise pointwise(int32_t m, int32_t k, int32_t n, int32_t weights) {
  typename Type::Pointwise op = {Type::kPointwise, sizeof(op) / sizeof(int32_t), 1};
  op.input_stride = k, op.output_stride = op.residual_stride = n, op.residual = -1;
  op.m = op.m_block = m, op.k = k, op.n = op.n_block = n, op.weights = weights;
  op.lo = 0, op.hi = 6, op.sum_lo = -INFINITY, op.sum_hi = INFINITY;
  return op;
}

// The expansion of a bottleneck, or the stem whose picture the depthwise reads.
template <typename Type>
void make_expansion(const Block& b, typename Type::Pointwise* op) {
  *op = pointwise<Type>(b.window.input_height * b.window.input_width, b.input_channels, b.expanded, 0);
}
template <typename Type>
void make_expansion(const Block& b, typename Type::Conv* op) {
  *op = {Type::kConv, sizeof(*op) / sizeof(int32_t), 1};
  b.stem.fill(op);
  op->input_channels = op->input_stride = b.input_channels, op->output_stride = op->n = b.expanded;
  op->rows_per_chunk = b.stem.output_height, op->columns_per_chunk = b.stem.output_width, op->lo = 0, op->hi = 6;
}

template <typename Op>
void set_patches(Op* op, int32_t patches) {
  if constexpr (std::is_same_v<Op, ConvOp> || std::is_same_v<Op, F16ConvOp>) op->patches = patches;
}

void append(std::vector<int32_t>* to, const std::vector<int32_t>& words) {
  to->insert(to->end(), words.begin(), words.end());
}

template <typename Type, typename Expansion>
void test_block(const Kernels& kernels, const Block& b, Random& random) {
  using Element = typename Type::Element;
  using Machine = MachineOf<Element>;
  const Geometry& geometry = geometry_of(kernels, Element());
  const auto bytes = [](size_t elements) { return (int32_t)(elements * sizeof(Element)); };
  const Window &w = b.window, &stem = b.stem;
  const int32_t input_pixels = stem.input_height * stem.input_width, expanded_pixels = w.input_height * w.input_width;
  const int32_t output_pixels = w.output_height * w.output_width;
  const size_t taps = (size_t)w.kernel_height * w.kernel_width;
  const auto matrix = [&](int32_t k, int32_t n) {
    return pack_panels(Type::random(random, (size_t)k * n), Type::random(random, n), k, geometry);
  };
  const int32_t patch = stem.kernel_height * stem.kernel_width * b.input_channels;
  const size_t patches = (size_t)stem.output_width * patch;
  std::vector<Element> weights = matrix(patch, b.expanded);
  const size_t depthwise_weights = weights.size();
  const auto groups =
      pack_groups(Type::random(random, taps * b.expanded), Type::random(random, b.expanded), taps, geometry);
  weights.insert(weights.end(), groups.begin(), groups.end());
  const size_t projection_weights = weights.size();
  const auto projected = matrix(b.expanded, b.output_channels);
  weights.insert(weights.end(), projected.begin(), projected.end());

  // The arena: input, output, and for the separate ops the expanded and the filtered picture.
  const size_t input_floats = (size_t)input_pixels * b.input_channels;
  const size_t output_floats = (size_t)output_pixels * b.output_channels;
  const size_t expanded_floats = (size_t)expanded_pixels * b.expanded;
  const std::vector<Element> input = Type::random(random, input_floats);
  const size_t expanded_at = input_floats + output_floats, filtered_at = expanded_at + expanded_floats;

  Parts<Type, Expansion> parts = {
      {},
      {Type::kDepthwise, sizeof(DepthwiseOp) / sizeof(int32_t), 1},
      pointwise<Type>(output_pixels, b.expanded, b.output_channels, bytes(projection_weights))};
  make_expansion<Type>(b, &parts.expansion);
  w.fill(&parts.depthwise);
  parts.depthwise.input_stride = parts.depthwise.output_stride = parts.depthwise.channels = b.expanded;
  parts.depthwise.weights = bytes(depthwise_weights), cut_picture(&parts.depthwise, {w.output_height, w.output_width});
  parts.depthwise.lo = 0, parts.depthwise.hi = 6;
  parts.projection.lo = -INFINITY, parts.projection.hi = INFINITY;
  parts.projection.output = bytes(input_floats);
  if (b.residual) parts.projection.residual = 0;

  const std::string name = std::string(kernels.isa) + (sizeof(Element) == 2 ? " f16" : "") + " inverted residual " +
                           std::to_string(w.input_height) + "x" + std::to_string(w.input_width) + " " +
                           std::to_string(b.input_channels) + "-" + std::to_string(b.expanded) + "-" +
                           std::to_string(b.output_channels) + " stride " + std::to_string(w.stride_height);

  Parts<Type, Expansion> separate = parts;
  separate.expansion.output = separate.depthwise.input = bytes(expanded_at);
  separate.depthwise.output = separate.projection.input = bytes(filtered_at);
  std::vector<int32_t> ops = words_of(separate.expansion);
  append(&ops, words_of(separate.depthwise));
  append(&ops, words_of(separate.projection));
  Machine unfused(kernels, input, filtered_at + (size_t)output_pixels * b.expanded, weights,
                  std::max((size_t)w.input_width * b.expanded, patches));
  std::vector<Element> expected = unfused.run(ops, input_floats, name + " unfused");
  expected.resize(output_floats);

  for (int32_t band_rows : {1, 2, 3, w.output_height}) {
    for (int32_t rows_per_chunk : {1, 4, w.output_height}) {
      for (int32_t spare : {0, 1}) {
        const int32_t reach = (w.kernel_height - 1) * w.dilation_height + 1;
        const int32_t window_rows = std::min((band_rows - 1) * w.stride_height + reach + spare, w.input_height);
        const size_t row = (size_t)w.input_width * b.expanded;
        const size_t band_at = (window_rows + 1) * row;
        const size_t patches_at = band_at + (size_t)band_rows * w.output_width * b.expanded;
        set_patches(&parts.expansion, bytes(patches_at));
        parts.depthwise.pad_row = bytes(window_rows * row);
        const InvertedResidualOp op = {OPCODE_INVERTED_RESIDUAL,
                                       (sizeof(InvertedResidualOp) + sizeof(parts)) / sizeof(int32_t),
                                       pieces(w.output_height, rows_per_chunk),
                                       0,
                                       window_rows,
                                       bytes(band_at),
                                       band_rows,
                                       rows_per_chunk};
        std::vector<int32_t> fused((sizeof(op) + sizeof(parts)) / sizeof(int32_t));
        memcpy(fused.data(), &op, sizeof(op));
        memcpy(fused.data() + sizeof(op) / sizeof(int32_t), &parts, sizeof(parts));
        Machine machine(kernels, input, input_floats + output_floats, weights, patches_at + patches);
        expect(same_bits(machine.run(fused, input_floats, name), expected),
               name + " band " + std::to_string(band_rows) + " chunk " + std::to_string(rows_per_chunk));
      }
    }
  }
}

template <typename Type>
void test_blocks(const Kernels& kernels) {
  Random random(4);
  const auto test_bottleneck = [&](int32_t channels, int32_t expanded, int32_t projected, const Window& w,
                                   bool residual) {
    const Window pointwise = Window::square(w.input_height, w.input_width, 1, 1, true);
    test_block<Type, typename Type::Pointwise>(kernels, {channels, expanded, projected, w, residual, pointwise},
                                               random);
  };
  for (int32_t size : {4, 7, 10}) {
    for (int32_t stride : {1, 2}) {
      for (bool same : {true, false}) {
        test_bottleneck(16, 96, 24, Window::square(size, size + 1, 3, stride, same), false);
        if (stride == 1 && same) test_bottleneck(24, 40, 24, Window::square(size, size, 3, stride, same), true);
        const Window stem = Window::square(2 * size, 2 * size + 2, 3, 2, true);
        const Window after = Window::square(size, size + 1, 3, stride, same);
        test_block<Type, typename Type::Conv>(kernels, {3, 32, 16, after, false, stem}, random);
      }
    }
  }
  test_bottleneck(8, 16, 8, {9, 9, 9, 9, 3, 3, 1, 1, 2, 2, 2, 2}, true);
  test_bottleneck(8, 16, 8, {9, 9, 3, 3, 2, 2, 3, 3, 1, 1, 0, 0}, false);  // skips rows
}

}  // namespace

void test_inverted_residual(const Kernels& kernels) {
  test_blocks<Float32>(kernels);
  if (kernels.f16_gemm) test_blocks<Float16>(kernels);
}

}  // namespace mobilenet_edge
