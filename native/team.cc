#include "team.h"

#include <algorithm>
#include <system_error>

#if defined(__linux__)
#include <sched.h>
#endif

namespace mobilenet_edge {
namespace {

// The cores that this process may use.
int32_t available_cores() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
#endif
  return std::max<int32_t>(1, std::thread::hardware_concurrency());
}

}  // namespace

std::shared_ptr<Team> Team::of_process() {
  static std::mutex mutex;
  static std::weak_ptr<Team> current;
  std::lock_guard<std::mutex> lock(mutex);
  std::shared_ptr<Team> team = current.lock();
  if (!team) current = team = std::make_shared<Team>();
  return team;
}

Team::Team() : cores_(available_cores()) {}

Team::~Team() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
    for (const auto& helper : helpers_) helper->called.notify_one();
  }
  for (const auto& helper : helpers_) helper->thread.join();
}

void Team::begin(int32_t threads, const Work& work) {
  std::lock_guard<std::mutex> lock(mutex_);
  ++running_;
  // More threads than cores only where somebody asks for just that.
  const int32_t free = std::max(cores_, threads) - running_;
  const int32_t wanted = std::min(threads - 1, free);
  for (int32_t member = 1; member <= wanted; ++member) {
    Helper* helper = idle_helper();
    if (!helper) break;
    helper->work = work;
    helper->member = member;
    ++running_;
    helper->called.notify_one();
  }
}

void Team::end() {
  std::lock_guard<std::mutex> lock(mutex_);
  --running_;
}

// Takes a helper from the idle ones or starts one; null if the operating system gives no thread.
Team::Helper* Team::idle_helper() {
  if (!idle_.empty()) {
    Helper* helper = idle_.back();
    idle_.pop_back();
    return helper;
  }
  auto helper = std::make_unique<Helper>();
  try {
    helper->thread = std::thread(&Team::help, this, helper.get());
  } catch (const std::system_error&) {
    return nullptr;
  }
  helpers_.push_back(std::move(helper));
  return helpers_.back().get();
}

void Team::help(Helper* self) {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    self->called.wait(lock, [&] { return self->work || ending_; });
    if (!self->work) return;
    Work work;
    work.swap(self->work);
    lock.unlock();
    work(self->member);
    work = nullptr;  // what the run holds may go before the helper is idle
    lock.lock();
    idle_.push_back(self);
    --running_;
  }
}

}  // namespace mobilenet_edge
