// The threads that work on the runs of this process: one team for all models and all JavaScript threads, so that
// together they use no more cores than there are.
#pragma once

#include <stdint.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "system_thread.h"

namespace mobilenet_edge {

class Team {
 public:
  using Work = std::function<void(int32_t member)>;

  // The team of this process. It ends when the last holder lets go, on whose thread its threads are joined, when they
  // are done with what they do: whoever may unload this code must hold it until then, and the threads must not.
  static std::shared_ptr<Team> of_process();

  Team();
  ~Team();
  Team(const Team&) = delete;

  // Has work(0) called, which leads a run, and work(1), work(2) ... on threads that are idle: `threads` in all at most,
  // and fewer where other runs have the cores. Only work(0) is sure to come, though it may have to wait for one of
  // many other runs to end; all may begin and end when they like. Threads are started when they are first needed.
  // Returns at once; false if the operating system gives no thread at all.
  bool run(int32_t threads, const Work& work);

 private:
  struct Thread {
    std::unique_ptr<SystemThread> thread;
    std::condition_variable called;
    Work work;  // what to do next, as `member`
    int32_t member = 0;
  };
  struct Run {
    int32_t threads;
    Work work;
  };

  Thread* idle_thread();
  void begin(Thread* leader, const Run& run);
  void call(Thread* thread, int32_t member, const Work& work);
  void live(Thread* self);

  const int32_t cores_;
  std::mutex mutex_;
  // All below belongs to who holds the mutex.
  std::vector<std::unique_ptr<Thread>> threads_;
  std::vector<Thread*> idle_;
  std::deque<Run> waiting_;  // for a thread to lead them
  int32_t running_ = 0;      // threads at work
  bool ending_ = false;
};

}  // namespace mobilenet_edge
