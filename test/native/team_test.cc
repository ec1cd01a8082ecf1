// Executions shared by several threads: the same answer as on one, and under ThreadSanitizer no race.
#include "../../native/team.h"

#include <atomic>
#include <set>
#include <thread>

#include "machine.h"

namespace mobilenet_edge {
namespace {

constexpr int32_t kPixels = 4000, kChannels = 8;
constexpr int32_t kMembers = 4;
constexpr size_t kFloats = (size_t)kPixels * kChannels;

void append(std::vector<int32_t>* words, const std::vector<int32_t>& record) {
  words->insert(words->end(), record.begin(), record.end());
}

// Buffer i of the arena begins here.
int32_t buffer(int32_t i) { return bytes(i * kFloats); }

AddOp add(int32_t a, int32_t b, int32_t output, int32_t chunks) {
  AddOp op = {OPCODE_ADD};
  op.a = buffer(a), op.b = buffer(b), op.output = buffer(output);
  op.a_stride = op.b_stride = op.output_stride = op.channels = kChannels;
  op.pixels = kPixels, op.pixels_per_chunk = pieces(kPixels, chunks), op.chunks = chunks;
  op.lo = -8, op.hi = 8;
  return op;
}

SoftmaxOp softmax(int32_t input, int32_t output, int32_t pixels) {
  SoftmaxOp op = {OPCODE_SOFTMAX};
  op.chunks = 1, op.pixels_per_chunk = pixels;
  op.input = buffer(input), op.output = buffer(output);
  op.input_stride = op.output_stride = op.channels = kChannels;
  op.pixels = pixels, op.beta = 1;
  return op;
}

// Each op reads what other threads wrote in the op before; softmax is one chunk, long enough to sleep meanwhile.
std::vector<int32_t> program() {
  std::vector<int32_t> words;
  for (int32_t round = 0; round < 8; ++round) {
    append(&words, words_of(add(0, 1, 2, 40)));
    append(&words, words_of(add(2, 0, 1, 8)));
    append(&words, words_of(softmax(1, 0, round == 3 ? kPixels : 10)));
    append(&words, words_of(add(2, 1, 0, 1)));
  }
  return words;
}

// What one thread waits for and another tells.
class Done {
 public:
  void tell() {
    std::lock_guard<std::mutex> lock(mutex_);
    done_ = true;
    told_.notify_one();
  }
  void wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    told_.wait(lock, [this] { return done_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable told_;
  bool done_ = false;
};

struct SharedRun {
  Machine machine;
  Execution execution;
  SharedRun(const Kernels& kernels, const std::vector<float>& input, const std::vector<int32_t>& ops)
      : machine(kernels, input, 3 * kFloats, {}, 64),
        execution({&kernels, machine.weights.raw(), machine.arena.raw(), machine.scratch.raw()}, 0, kMembers,
                  ops.data(), ops.size()) {}
};

struct Case {
  const Kernels& kernels;
  const std::vector<int32_t> ops = program();
  const std::vector<float> input = Random(7).reals(3 * kFloats);
  std::vector<float> expected;

  explicit Case(const Kernels& table) : kernels(table) {
    SharedRun alone(kernels, input, ops);
    expect(!alone.machine.check(ops).message, "the team's program is valid");
    alone.execution.work(0);
    expected = alone.machine.arena.values();
  }

  bool right(Team* team, int32_t threads) const {
    const auto run = std::make_shared<SharedRun>(kernels, input, ops);
    // Half of all runs wait for their input.
    const bool held = threads % 2;
    if (held) run->execution.hold();
    Done done;
    const bool runs = team->run(threads, [run, &done](int32_t member) {
      run->execution.work(member);
      if (member == 0) done.tell();
    });
    if (!runs) return false;
    std::thread writer;
    if (held) writer = std::thread([run] { run->execution.release(); });
    done.wait();
    if (held) writer.join();
    return run->machine.intact() && same_bits(run->machine.arena.values(), expected);
  }
};

void test_answers(const Case& each) {
  Team team;
  bool right = true;
  for (int32_t run = 0; run < 60; ++run) right = right && each.right(&team, 1 + run % 4);
  expect(right, "a team's answers are those of one thread");
}

// Returns when member 0 is done.
void run(Team* team, int32_t threads, const Team::Work& work) {
  Done done;
  const bool begun = team->run(threads, [&done, work](int32_t member) {
    work(member);
    if (member == 0) done.tell();
  });
  if (begun) done.wait();
}

// Members beside the caller begin whenever they like, even after the end.
void test_late_members(const Case& each) {
  for (int32_t delay : {0, 50, 5000}) {
    SharedRun run(each.kernels, each.input, each.ops);
    std::thread late([&] {
      std::this_thread::sleep_for(std::chrono::microseconds(delay));
      run.execution.work(1);
    });
    run.execution.work(0);
    expect(same_bits(run.machine.arena.values(), each.expected), "a late member changes nothing");
    late.join();
  }
}

// Member 1 stops a run at any moment: all members come to its end, whether it is still held or already over, and
// nobody reads or writes outside.
void test_stopped_runs(const Case& each) {
  Team team;
  for (int32_t delay = 0; delay < 40; ++delay) {
    const auto stopped = std::make_shared<SharedRun>(each.kernels, each.input, each.ops);
    if (delay % 2) stopped->execution.hold();
    std::thread stopper([&] {
      std::this_thread::sleep_for(std::chrono::microseconds(20 * delay));
      stopped->execution.stop();
      if (delay % 2) stopped->execution.release();
    });
    run(&team, 1 + delay % 4, [stopped](int32_t member) { stopped->execution.work(member); });
    stopper.join();
    expect(stopped->execution.stopped() && stopped->machine.intact(), "a stopped run ends");
  }
  expect(each.right(&team, 3), "a run after stopped ones is right");
}

// A run of very many chunks that is stopped in its first one runs no other.
void test_no_chunk_after_stop(const Kernels& kernels) {
  constexpr int32_t kOps = 1000;
  // Each op adds 1 to every pixel, which is a chunk of its own.
  AddOp op = add(0, 1, 0, kPixels);
  op.lo = -1e9f, op.hi = 1e9f;
  std::vector<int32_t> ops;
  for (int32_t i = 0; i < kOps; ++i) append(&ops, words_of(op));
  std::vector<float> input(3 * kFloats);
  std::fill(input.begin() + kFloats, input.begin() + 2 * kFloats, 1.0f);
  SharedRun stopped(kernels, input, ops);
  expect(!stopped.machine.check(ops).message, "the program of many chunks is valid");
  stopped.execution.stop();
  stopped.execution.work(0);
  expect(same_bits(stopped.machine.arena.values(), input), "no chunk begins after a stop");
}

void test_callers_at_once(const Case& each) {
  Team team;
  std::atomic<int32_t> wrong{0};
  std::vector<std::thread> callers;
  for (int32_t caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&, caller] {
      for (int32_t run = 0; run < 15; ++run) wrong += !each.right(&team, 1 + (run + caller) % 3);
    });
  }
  for (std::thread& caller : callers) caller.join();
  expect(wrong == 0, "callers at once all get their answers");
}

// Every call has members 0, 1, ... of at most `threads`, each once.
void test_members() {
  for (int32_t threads : {1, 2, 3, 5}) {
    std::mutex mutex;
    std::multiset<int32_t> members;
    {
      Team team;
      for (int32_t round = 0; round < 20; ++round) {
        run(&team, threads, [&](int32_t member) {
          std::lock_guard<std::mutex> lock(mutex);
          members.insert(member);
        });
      }
    }
    bool right = members.count(0) == 20;
    for (int32_t member : members) right = right && member >= 0 && member < threads && members.count(member) <= 20;
    expect(right, "members of " + std::to_string(threads) + " threads");
    if (threads > 1) expect(members.count(1) > 0, "a helper helps");
  }
}

// Many more runs at once than threads that a process may have: all come to their end.
void test_very_many_runs() {
  constexpr int32_t kRuns = 600;
  std::mutex mutex;
  std::condition_variable changed;
  int32_t begun = 0, ended = 0;
  bool go = false;
  bool all = true;
  Team team;  // ends first: its threads read what stands above
  for (int32_t i = 0; i < kRuns; ++i) {
    all = all && team.run(1, [&](int32_t) {
      std::unique_lock<std::mutex> lock(mutex);
      ++begun;
      changed.notify_all();
      changed.wait(lock, [&] { return go; });
      ++ended;
      changed.notify_all();
    });
  }
  expect(all, "runs beyond the most threads wait");
  std::unique_lock<std::mutex> lock(mutex);
  changed.wait(lock, [&] { return begun >= 2; });
  expect(begun < kRuns, "threads are not without end");
  go = true;
  changed.notify_all();
  changed.wait(lock, [&] { return ended == kRuns; });
}

// While one run has all threads that were asked for, another with no more gets none.
void test_no_more_threads_than_cores() {
  const int32_t cores = (int32_t)std::thread::hardware_concurrency();
  const int32_t all = std::max(2, cores);
  std::atomic<int32_t> here{0}, second{0};
  std::atomic<bool> done{false};
  Team team;  // ends first: its threads read what stands above
  std::thread first([&] {
    run(&team, all, [&](int32_t) {
      ++here;
      while (!done) std::this_thread::yield();
    });
  });
  while (here < all) std::this_thread::yield();
  run(&team, all, [&](int32_t) { ++second; });
  done = true;
  first.join();
  expect(second == 1, "a run gets no helper while others have all cores");
}

void test_team_of_process(const Case& each) {
  bool right = true;
  for (int32_t round = 0; round < 5; ++round) {
    const auto one = Team::of_process(), other = Team::of_process();
    expect(one == other, "one team a process");
    right = right && each.right(one.get(), 3);
  }
  std::vector<std::thread> holders;
  std::atomic<int32_t> wrong{0};
  for (int32_t holder = 0; holder < 4; ++holder) {
    holders.emplace_back([&] {
      for (int32_t round = 0; round < 5; ++round) wrong += !each.right(Team::of_process().get(), 2);
    });
  }
  for (std::thread& holder : holders) holder.join();
  expect(right && wrong == 0, "teams begin and end");
}

}  // namespace

void test_team(const Kernels& kernels) {
  const Case each(kernels);
  test_answers(each);
  test_late_members(each);
  test_stopped_runs(each);
  test_no_chunk_after_stop(kernels);
  test_callers_at_once(each);
  test_members();
  test_very_many_runs();
  test_no_more_threads_than_cores();
  test_team_of_process(each);
}

}  // namespace mobilenet_edge
