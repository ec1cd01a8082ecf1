// The threads that help the runs of this process: one team for all models and all JavaScript threads, so that together
// they use no more cores than there are.
#pragma once

#include <stdint.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace mobilenet_edge {

class Team {
 public:
  using Work = std::function<void(int32_t member)>;

  // The team of this process. It ends when the last holder lets go, on whose thread the helpers are joined: whoever may
  // unload this code must hold it until then, and helpers must not.
  static std::shared_ptr<Team> of_process();

  Team();
  ~Team();
  Team(const Team&) = delete;

  // Calls work(1), work(2) ... on helpers that are idle: with member 0, which is the caller's affair, `threads` in all
  // at most, and fewer where other runs have the cores. They may begin and end when they like. A helper's thread is
  // started when it is first needed; where the operating system gives none, there are fewer. Every call is followed by
  // one of end(), on any thread, when member 0 has ended.
  void begin(int32_t threads, const Work& work);
  void end();

 private:
  struct Helper {
    std::thread thread;
    std::condition_variable called;
    Work work;  // what to do next, as `member`
    int32_t member = 0;
  };

  Helper* idle_helper();
  void help(Helper* self);

  const int32_t cores_;
  std::mutex mutex_;
  // All below belongs to who holds the mutex.
  std::vector<std::unique_ptr<Helper>> helpers_;
  std::vector<Helper*> idle_;
  int32_t running_ = 0;  // threads at work, members 0 included
  bool ending_ = false;
};

}  // namespace mobilenet_edge
