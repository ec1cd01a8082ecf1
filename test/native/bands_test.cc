// The dealing of chunks to members: each is run once, and none before the op before it is done, however an op is cut.
#include <thread>

#include "machine.h"

namespace mobilenet_edge {
namespace {

constexpr int32_t kDepth = 8, kColumnBlocks = 3, kOps = 12;

// Products of zeros: each adds its bias to its output, in place. The next is cut otherwise, so that its chunks need
// several of those before.
std::vector<int32_t> program(int32_t m, int32_t panel, int32_t row_blocks) {
  std::vector<int32_t> words;
  for (int32_t i = 0; i < kOps; ++i) {
    PointwiseOp op = {OPCODE_POINTWISE};
    op.m = m, op.k = kDepth, op.n = kColumnBlocks * panel;
    op.m_block = i % 3 == 2 ? m : pieces(m, row_blocks);
    op.n_block = i % 2 ? op.n : panel;
    op.chunks = pieces(m, op.m_block) * pieces(op.n, op.n_block);
    op.input_stride = kDepth;
    op.output = op.residual = bytes(m * kDepth);
    op.output_stride = op.residual_stride = op.n;
    op.lo = op.sum_lo = -1e6, op.hi = op.sum_hi = 1e6;
    const std::vector<int32_t> record = words_of(op);
    words.insert(words.end(), record.begin(), record.end());
  }
  return words;
}

void test_dealing(const Kernels& kernels, int32_t m, int32_t row_blocks, int32_t members) {
  const int32_t panel = kernels.geometry.panel, n = kColumnBlocks * panel;
  std::vector<float> bias(n);
  for (int32_t c = 0; c < n; ++c) bias[c] = (float)(c + 1);
  const size_t inputs = (size_t)m * kDepth;
  Machine machine(kernels, std::vector<float>(inputs + m * n), inputs + m * n,
                  pack_panels(std::vector<float>(kDepth * n), bias, kDepth, kernels.geometry), 64);
  const std::vector<int32_t> ops = program(m, panel, row_blocks);
  const std::string name = "dealing " + std::to_string(m) + " rows in " + std::to_string(row_blocks) + " blocks to " +
                           std::to_string(members) + " members";
  if (!expect(!machine.check(ops).message, name + " is valid")) return;

  Execution execution({&kernels, machine.weights.raw(), machine.arena.raw(), machine.scratch.raw()}, 0, members,
                      ops.data(), ops.size());
  std::vector<std::thread> threads;
  for (int32_t member = 1; member < members; ++member) {
    threads.emplace_back([&execution, member] { execution.work(member); });
  }
  execution.work(0);
  bool right = true;
  for (int32_t i = 0; i < m * n; ++i) right &= machine.arena.data()[inputs + i] == kOps * bias[i % n];
  expect(right, name);
  for (std::thread& thread : threads) thread.join();
  expect(machine.intact(), name + " stays inside");
}

}  // namespace

void test_bands(const Kernels& kernels) {
  for (int32_t members : {1, 2, 3, 4, 7}) {
    for (int32_t row_blocks : {1, 2, 3, 4, 5, 11}) {
      for (int32_t rows_of_block : {1, 9}) test_dealing(kernels, row_blocks * rows_of_block, row_blocks, members);
    }
  }
}

}  // namespace mobilenet_edge
