#include "program.h"

namespace mobilenet_edge {
namespace {

constexpr size_t kMost = 1 << 19;
constexpr double kMostWork = 1 << 19;

// The least value of `*limit` with which validate() accepts the Program as it does with this one.
void shrink(size_t* limit, const std::vector<int32_t>& ops, const Limits& limits, const Kernels& kernels) {
  size_t refused = 0, accepted = *limit;
  *limit = 0;
  if (!validate(ops.data(), ops.size(), limits, kernels).message) return;
  while (accepted - refused > 1) {
    *limit = refused + (accepted - refused) / 2;
    (validate(ops.data(), ops.size(), limits, kernels).message ? refused : accepted) = *limit;
  }
  *limit = accepted;
}

double work_of_all(const std::vector<int32_t>& ops) {
  double work = 0;
  for (size_t at = 0; at < ops.size(); at += ops[at + 1]) work += work_of(&ops[at]);
  return work;
}

// Any bytes, or numbers that stay finite.
std::vector<uint8_t> draw_bytes(Draw& draw, size_t count) {
  std::vector<uint8_t> bytes((count + 7) / 8 * 8);
  const uint64_t mask = draw.chance(50) ? UINT64_MAX : 0xbfffffffbfffffff;
  for (size_t i = 0; i < bytes.size(); i += 8) {
    const uint64_t word = draw.next() & mask;
    memcpy(&bytes[i], &word, 8);
  }
  bytes.resize(count);
  return bytes;
}

}  // namespace

Outcome run_drawn_program(const Kernels& kernels, const std::vector<RecordKind>& kinds, size_t kind, uint64_t seed) {
  static std::vector<uint8_t> weights(kMost);
  Draw draw(seed, kernels, &weights);
  const std::vector<uint8_t> block = draw_bytes(draw, 4096);
  for (size_t at = 0; at < kMost; at += block.size()) memcpy(&weights[at], block.data(), block.size());
  std::vector<int32_t> ops = kinds[kind].draw(draw);
  while (draw.chance(20)) {
    const std::vector<int32_t> more = kinds[draw.integer(0, (int32_t)kinds.size() - 1)].draw(draw);
    ops.insert(ops.end(), more.begin(), more.end());
  }
  for (int32_t edges = draw.chance(60) ? 0 : draw.integer(1, 2); edges > 0; --edges) {
    int32_t& word = ops[draw.integer(0, (int32_t)ops.size() - 1)];
    word = draw.edge(word);
  }

  Limits limits = {kMost, kMost, kMost, weights.data()};
  if (validate(ops.data(), ops.size(), limits, kernels).message) return Outcome::kRefused;
  if (work_of_all(ops) > kMostWork) return Outcome::kTooLong;
  for (size_t* limit : {&limits.weights, &limits.arena, &limits.scratch}) shrink(limit, ops, limits, kernels);

  const bool at_end = draw.chance(70);
  const std::vector<uint8_t> arena_bytes = draw_bytes(draw, limits.arena);
  const std::vector<uint8_t> scratch_bytes = draw_bytes(draw, limits.scratch);
  const auto* op_bytes = reinterpret_cast<const uint8_t*>(ops.data());
  ExactMemory records(op_bytes, ops.size() * sizeof(int32_t), at_end);
  ExactMemory packed(weights.data(), limits.weights, at_end);
  ExactMemory arena(arena_bytes.data(), limits.arena, at_end), scratch(scratch_bytes.data(), limits.scratch, at_end);
  limits.packed = packed.data();
  const auto* words = reinterpret_cast<const int32_t*>(records.data());
  if (!expect(!validate(words, ops.size(), limits, kernels).message, "the least limits are enough")) abort();
  Execution({&kernels, packed.data(), arena.data(), scratch.data()}, limits.scratch, 1, words, ops.size()).work(0);
  return Outcome::kRan;
}

}  // namespace mobilenet_edge
