// Programs with words changed at random must either be refused or run without touching anything outside: the guards and
// the sanitizers are the judges.
#include "machine.h"

namespace mobilenet_edge {
namespace {

std::vector<int32_t> small_program() {
  std::vector<int32_t> ops;
  const auto append = [&](const std::vector<int32_t>& words) { ops.insert(ops.end(), words.begin(), words.end()); };
  // Tensors of at most 64 floats at 0, 256 and 512 bytes; weights of at most 80 floats.
  ConvOp conv = {OPCODE_CONV, 0, 2};
  conv.input_height = conv.input_width = 4, conv.input_stride = conv.input_channels = 2;
  conv.output = 256, conv.output_height = conv.output_width = 2, conv.output_stride = 8;
  conv.kernel_height = conv.kernel_width = 2, conv.stride_height = conv.stride_width = 2;
  conv.dilation_height = conv.dilation_width = 1, conv.n = 8, conv.rows_per_chunk = 1, conv.columns_per_chunk = 2,
  conv.hi = 6;
  append(words_of(conv));
  append(words_of(PointwiseOp{OPCODE_POINTWISE, 0, 2, 256, 8, 512, 8, 0, 8, 4, 8, 8, 0, 2, 8, 0, 6, 0, 6}));
  DepthwiseOp depthwise = {OPCODE_DEPTHWISE, 0, 1};
  depthwise.input = 512, depthwise.input_height = depthwise.input_width = 2, depthwise.input_stride = 8;
  depthwise.output_height = depthwise.output_width = 2, depthwise.output_stride = 8;
  depthwise.kernel_height = depthwise.kernel_width = 3, depthwise.stride_height = depthwise.stride_width = 1;
  depthwise.dilation_height = depthwise.dilation_width = 1, depthwise.pad_top = depthwise.pad_left = 1;
  depthwise.channels = 8, depthwise.rows_per_chunk = depthwise.columns_per_chunk = 2, depthwise.hi = 6;
  append(words_of(depthwise));
  append(words_of(AddOp{OPCODE_ADD, 0, 2, 0, 8, 256, 8, 512, 8, 4, 8, 2, 0, 6}));
  append(words_of(PoolOp{OPCODE_POOL, 0, 1, 512, 2, 2, 8, 0, 1, 1, 8, 2, 2, 1, 1, 1, 1, 0, 0, 8, 0, 1, 1, 8, 0, 6}));
  append(words_of(SoftmaxOp{OPCODE_SOFTMAX, 0, 2, 0, 8, 256, 8, 2, 8, 1, 1}));
  append(words_of(UnaryOp{OPCODE_UNARY, 0, 1, 0, 8, 256, 8, 1, 8, 1, UNARY_SIGMOID}));

  InvertedResidualOp fused = {OPCODE_INVERTED_RESIDUAL, 0, 1, 0, 2, 512, 1, 2};
  fused.words = (sizeof(fused) + 2 * sizeof(PointwiseOp) + sizeof(DepthwiseOp)) / sizeof(int32_t);
  const size_t own = sizeof(fused) / sizeof(int32_t);
  const auto* raw = reinterpret_cast<const int32_t*>(&fused);
  ops.insert(ops.end(), raw, raw + own);
  append(words_of(PointwiseOp{OPCODE_POINTWISE, 0, 1, 256, 8, 0, 8, -1, 8, 4, 8, 8, 0, 4, 8, 0, 6, 0, 6}));
  depthwise.pad_row = 256;
  append(words_of(depthwise));
  append(words_of(PointwiseOp{OPCODE_POINTWISE, 0, 1, 0, 8, 512, 8, 256, 8, 4, 8, 8, 0, 4, 8, 0, 6, 0, 6}));
  return ops;
}

}  // namespace

void test_validate(const Kernels& kernels) {
  Random random(5);
  const std::vector<int32_t> good = small_program();
  // Not a float more than the program needs.
  const size_t arena = 160, scratch = 160;
  const std::vector<float> weights = random.reals(80);
  {
    Machine machine(kernels, random.reals(arena), arena, weights, scratch);
    const std::vector<float> output = machine.run(good, 0, "the small program");
    expect(!output.empty(), "the small program runs");
  }
  int accepted = 0, refused = 0;
  bool intact = true;
  const int32_t edges[] = {0, 1, -1, 2, 3, 4, 7, 8, 9, 63, 64, 256, 1 << 20, 1 << 30, INT32_MAX, INT32_MIN};
  for (int round = 0; round < 30000; ++round) {
    std::vector<int32_t> ops = good;
    for (int change = random.integer(1, 2); change > 0; --change) {
      int32_t& word = ops[random.integer(0, (int32_t)ops.size() - 1)];
      word = random.integer(0, 1) ? edges[random.integer(0, 15)]
                                  : (int32_t)(word + (int64_t)random.integer(-3, 3) * (random.integer(0, 1) ? 4 : 1));
    }
    if (random.integer(0, 20) == 0) ops.resize(random.integer(1, (int32_t)ops.size() - 1));
    Machine machine(kernels, random.reals(arena), arena, weights, scratch);
    if (machine.check(ops).message) {
      ++refused;
      continue;
    }
    ++accepted;
    machine.execute_checked(ops);
    intact &= machine.intact();
  }
  expect(intact, "changed programs stay inside");
  expect(accepted > 1000 && refused > 1000,
         "both happen: " + std::to_string(accepted) + " accepted, " + std::to_string(refused) + " refused");
}

}  // namespace mobilenet_edge
