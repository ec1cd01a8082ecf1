#include "execute.h"

#include <type_traits>

#include "spin.h"

namespace mobilenet_edge {
namespace {

// About what sleeping and being woken cost.
constexpr std::chrono::microseconds kSpinTime(100);

// How many neighbouring chunks are rows after one another; the chunks after them begin again at the top.
size_t row_blocks(const OpHeader& header) {
  int32_t blocks = header.chunks;
  visit_op(header, [&](const auto& op) {
    if constexpr (kFamilyOf<std::decay_t<decltype(op)>> == Family::kPointwise) blocks = pieces_of(op.m, op.m_block);
  });
  return blocks;
}

// The chunks of one of `bands` equal parts of an op's rows, or of all its chunks where there are fewer rows than bands.
struct BandChunks {
  size_t rows, begin, width, count;

  BandChunks(const OpHeader& op, size_t band, size_t bands) {
    const size_t chunks = op.chunks;
    rows = row_blocks(op) < bands ? chunks : row_blocks(op);
    begin = rows * band / bands;
    width = rows * (band + 1) / bands - begin;
    count = width * (chunks / rows);
  }
  int32_t operator[](size_t i) const { return static_cast<int32_t>(i / width * rows + begin + i % width); }
};

}  // namespace

void Execution::work(int32_t member) {
  Context context = context_;
  context.scratch += member * scratch_bytes_;
  size_t begin = first_;  // how many chunks the ops before this one have
  size_t index = 0;
  for (size_t at = 0; at < words_; ++index) {
    const OpHeader& op = reinterpret_cast<const OpHeader&>(ops_[at]);
    const size_t end = begin + op.chunks;
    wait_for(begin);
    if (times_) note_time(index);
    size_t mine = 0;
    const size_t members = bands_.size();
    for (size_t i = 0; i < members; ++i) {
      const size_t band = (member + i) % members;
      const BandChunks chunks(op, band, members);
      for (;;) {
        const bool stopped = this->stopped();
        uint64_t chunk;
        const uint64_t claimed = claim(&bands_[band], index, chunks.count, stopped, &chunk);
        if (!claimed) break;
        if (!stopped) visit_op(op, [&](const auto& record) { run_op(context, record, chunks[chunk]); });
        mine += claimed;
      }
    }
    if (mine) finish(mine);
    begin = end;
    at += op.words;
  }
  if (member != 0) return;
  wait_for(begin);
  if (times_) note_time(index);
}

// Takes the next chunk of a band, of which `op` has `chunks`, or all that are left; returns how many it took.
uint64_t Execution::claim(Band* band, uint64_t op, uint64_t chunks, bool all, uint64_t* first) {
  uint64_t begun = band->begun.load(std::memory_order_relaxed);
  for (;;) {
    // Ops go by in order: a band that is at a later one has done with this.
    *first = begun >> 32 < op ? 0 : begun & UINT32_MAX;
    if (begun >> 32 > op || *first >= chunks) return 0;
    const uint64_t taken = all ? chunks - *first : 1;
    if (band->begun.compare_exchange_weak(begun, op << 32 | (*first + taken), std::memory_order_relaxed)) return taken;
  }
}

// Returns when the first `chunks` chunks are done, and their results can be seen.
void Execution::wait_for(size_t chunks) {
  const auto reached = [&] { return done_.load() >= chunks; };
  if (reached() || spin_until(reached, kSpinTime)) return;
  std::unique_lock<std::mutex> lock(mutex_);
  // Either finish() sees this sleeper or the sleeper sees what finish() has added: both use one order of all threads.
  ++sleepers_;
  progress_.wait(lock, reached);
  --sleepers_;
}

// Keeps the earliest time.
void Execution::note_time(size_t index) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  int64_t unset = 0;
  (*times_)[index].compare_exchange_strong(unset, std::chrono::nanoseconds(now).count());
}

void Execution::finish(size_t chunks) {
  done_ += chunks;
  if (sleepers_ == 0) return;
  // With the mutex, for otherwise somebody could be between looking and sleeping.
  std::lock_guard<std::mutex> lock(mutex_);
  progress_.notify_all();
}

}  // namespace mobilenet_edge
