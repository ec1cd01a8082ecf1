// Integer programs with words or extras changed at random: see validate_test.cc.
#include "machine.h"
#include "q8_support.h"

namespace mobilenet_edge {
namespace {

// The weights: extras at 0 (n = 16: begin 0, 1, 2, offsets at 64, quads at 128), then anything.
constexpr size_t kWeightBytes = 1200, kArenaBytes = 640, kScratchBytes = 640;

std::vector<uint8_t> draw_weights(Random& random) {
  std::vector<uint8_t> weights = random.bytes(kWeightBytes);
  const int32_t begin[] = {0, 1, 2};
  const int32_t offsets[] = {0, 4};
  memcpy(weights.data(), begin, sizeof(begin));
  memcpy(weights.data() + 64, offsets, sizeof(offsets));
  return weights;
}

std::vector<int32_t> small_program(const Kernels& kernels) {
  std::vector<int32_t> ops;
  const auto append = [&](const std::vector<int32_t>& words) { ops.insert(ops.end(), words.begin(), words.end()); };
  const int32_t chain = kernels.q8_geometry.packing == Q8Packing::kChain ? 2 : 0;
  // Tensors of at most 128 bytes at 0, 128 and 256, of 256 at 384.
  Q8ConvOp conv = {OPCODE_Q8_CONV, 0, 2};
  conv.input_height = conv.input_width = 4, conv.input_stride = conv.input_channels = 2;
  conv.output = 128, conv.output_height = conv.output_width = 2, conv.output_stride = 16;
  conv.kernel_height = conv.kernel_width = 2, conv.stride_height = conv.stride_width = 2;
  conv.dilation_height = conv.dilation_width = 1, conv.n = 16, conv.weights = 256, conv.chain = chain;
  conv.patch_stride = 16, conv.rows_per_chunk = 1, conv.columns_per_chunk = 2, conv.hi = 127;
  append(words_of(conv));
  Q8PointwiseOp pointwise = {OPCODE_Q8_POINTWISE, 0, 2, 128, 16, 256, 16, 4, 16, 16, 256, chain, 0, 2, 16, 5, 0, 127};
  append(words_of(pointwise));
  Q8DepthwiseOp depthwise = {OPCODE_Q8_DEPTHWISE, 0, 1};
  depthwise.input = 256, depthwise.input_height = depthwise.input_width = 2, depthwise.input_stride = 16;
  depthwise.output_height = depthwise.output_width = 2, depthwise.output_stride = 16;
  depthwise.kernel_height = depthwise.kernel_width = 3, depthwise.stride_height = depthwise.stride_width = 1;
  depthwise.dilation_height = depthwise.dilation_width = 1, depthwise.pad_top = depthwise.pad_left = 1;
  depthwise.channels = 16, depthwise.weights = 256, depthwise.rows_per_chunk = depthwise.columns_per_chunk = 2,
  depthwise.hi = 127;
  append(words_of(depthwise));
  append(words_of(Q8AddOp{OPCODE_Q8_ADD, 0, 2, 0, 16, 128, 16, 256, 16, 4, 16, 2, 1 << 20, 1 << 20, 0, 20, 0, 0, 127}));
  append(words_of(Q8PoolOp{OPCODE_Q8_POOL, 0, 2, 256, 2, 2,  16, 0, 1, 1, 16, 2, 2, 1, 1, 1, 1, 0, 0, 16, 0,
                           -128,           1, 1, 8,   0, 127}));
  append(words_of(Q8MeanOp{OPCODE_Q8_MEAN, 0, 2, 256, 16, 3, 4, 0, 16, 8, 0.25f, 0, 0, 127}));
  append(
      words_of(Q8LookupOp{OPCODE_Q8_LOOKUP, 0, 2, 0, 16, 128, 16, 2, 16, 1, 512, -least_value(kernels.q8_geometry)}));
  append(words_of(Q8SoftmaxOp{OPCODE_Q8_SOFTMAX, 0, 1, 0, 16, 128, 16, 2, 10, 2, 128, 0.004f, 0, 0, 127}));
  append(words_of(Q8DequantizeOp{OPCODE_Q8_DEQUANTIZE, 0, 2, 128, 16, 384, 16, 4, 16, 2, 7, 0.5f}));
  append(words_of(Q8QuantizeOp{OPCODE_Q8_QUANTIZE, 0, 2, 384, 16, 0, 16, 4, 16, 3, 2, 7, 0, 127}));

  InvertedResidualOp fused = {OPCODE_INVERTED_RESIDUAL, 0, 1, 0, 2, 256, 1, 2};
  fused.words = (sizeof(fused) + 2 * sizeof(Q8PointwiseOp) + sizeof(Q8DepthwiseOp)) / sizeof(int32_t);
  const auto* raw = reinterpret_cast<const int32_t*>(&fused);
  ops.insert(ops.end(), raw, raw + sizeof(fused) / sizeof(int32_t));
  pointwise.chunks = 1, pointwise.m_block = 4;
  append(words_of(pointwise));
  depthwise.pad_row = 128;
  append(words_of(depthwise));
  append(words_of(pointwise));
  return ops;
}

}  // namespace

void test_q8_validate(const Kernels& kernels) {
  Random random(15);
  const std::vector<int32_t> good = small_program(kernels);
  {
    Q8Machine machine(kernels, random.bytes(kArenaBytes), kArenaBytes, draw_weights(random), kScratchBytes);
    expect(!machine.run(good, 0, "the small q8 program").empty(), "the small q8 program runs");
  }
  int accepted = 0, refused = 0;
  bool intact = true;
  const int32_t edges[] = {0, 1, -1, 2, 3, 4, 7, 8, 9, 16, 64, 255, 256, 1 << 20, INT32_MAX, INT32_MIN};
  for (int round = 0; round < 30000; ++round) {
    std::vector<int32_t> ops = good;
    std::vector<uint8_t> weights = draw_weights(random);
    const auto change = [&](int32_t word) {
      return random.integer(0, 1) ? edges[random.integer(0, 15)] : (int32_t)(word + (int64_t)random.integer(-3, 3));
    };
    if (random.integer(0, 2) == 0) {
      const size_t at = random.integer(0, 1) ? 4 * random.integer(0, 2) : 64 + 4 * random.integer(0, 1);
      int32_t word;
      memcpy(&word, &weights[at], sizeof(word));
      word = change(word);
      memcpy(&weights[at], &word, sizeof(word));
    } else {
      for (int changes = random.integer(1, 2); changes > 0; --changes) {
        int32_t& word = ops[random.integer(0, (int32_t)ops.size() - 1)];
        word = change(word);
      }
    }
    if (random.integer(0, 20) == 0) ops.resize(random.integer(1, (int32_t)ops.size() - 1));
    Q8Machine machine(kernels, random.bytes(kArenaBytes), kArenaBytes, weights, kScratchBytes);
    if (machine.check(ops).message) {
      ++refused;
      continue;
    }
    ++accepted;
    machine.execute_checked(ops);
    intact &= machine.intact();
  }
  expect(intact, "changed q8 programs stay inside");
  expect(accepted > 1000 && refused > 1000,
         "both happen: " + std::to_string(accepted) + " accepted, " + std::to_string(refused) + " refused");
}

}  // namespace mobilenet_edge
