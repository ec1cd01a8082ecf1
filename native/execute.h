#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "ops/ops.h"

namespace mobilenet_edge {

// One run of a program's records, which validate() has passed, by several threads at once. Every member has a band of
// each op's rows, so that it reads what it wrote itself, and takes chunks of the others' bands when its own has none
// left. The chunks of an op begin when all before it are done. A thread holds nothing but the chunk that it runs, so
// one that comes late, or that the operating system puts aside between chunks, keeps nobody waiting.
class Execution {
 public:
  // When the first member came to each op, in nanoseconds, and one more when everything was done; zeros before.
  using Times = std::vector<std::atomic<int64_t>>;

  // Runs the first `words` words of `ops` by at most `members`. Member m's scratch lies m * scratch_bytes behind
  // context.scratch.
  Execution(const Context& context, size_t scratch_bytes, int32_t members, const int32_t* ops, size_t words,
            Times* times = nullptr)
      : context_(context),
        scratch_bytes_(scratch_bytes),
        ops_(ops),
        words_(words),
        times_(times),
        bands_(static_cast<size_t>(members)) {}

  // Before anybody takes part: nothing begins until release(), which another thread may call, for the input is still
  // being written.
  void hold() { first_ = 1; }
  void release() { finish(1); }

  // Takes part as one of the members, each a thread of its own. Member 0 returns when everything is done; the others
  // when nothing is left to begin. A member that begins later than that reads the records and nothing else.
  void work(int32_t member);

  // Ends the run when each member is done with the chunk that it runs: all others count as done, and what the arena
  // holds then means nothing. From any thread, at any time.
  void stop() { stopped_.store(true, std::memory_order_relaxed); }
  bool stopped() const { return stopped_.load(std::memory_order_relaxed); }

 private:
  // How many chunks of a band were begun, and of which op that is: op << 32 | chunks.
  struct alignas(64) Band {
    std::atomic<uint64_t> begun{0};
  };

  static uint64_t claim(Band* band, uint64_t op, uint64_t chunks, bool all, uint64_t* first);
  void wait_for(size_t chunks);
  void finish(size_t chunks);
  void note_time(size_t index);

  const Context context_;
  const size_t scratch_bytes_;
  const int32_t* const ops_;
  const size_t words_;
  Times* const times_;
  std::atomic<bool> stopped_{false};
  size_t first_ = 0;  // how much must be done before the first op: the input, where it is waited for

  std::vector<Band> bands_;
  // Chunks of the whole program that have ended, the input among them where it is waited for; on a cache line of its
  // own.
  alignas(64) std::atomic<size_t> done_{0};
  alignas(64) std::atomic<int32_t> sleepers_{0};
  std::mutex mutex_;
  std::condition_variable progress_;
};

}  // namespace mobilenet_edge
