#include "team.h"

#include <algorithm>
#include <exception>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif

namespace mobilenet_edge {
namespace {

// Beyond that, runs wait for their turn: each thread takes memory, and a container may allow few.
constexpr size_t kMostThreads = 256;

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
    for (const auto& thread : threads_) thread->called.notify_one();
  }
  for (const auto& thread : threads_) thread->thread->join();
}

bool Team::run(int32_t threads, const Work& work) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (Thread* leader = idle_thread()) {
    begin(leader, {threads, work});
    return true;
  }
  if (threads_.empty()) return false;
  waiting_.push_back({threads, work});
  return true;
}

void Team::begin(Thread* leader, const Run& run) {
  call(leader, 0, run.work);
  // More threads than cores only where somebody asks for just that.
  const int32_t free = std::max(cores_, run.threads) - running_;
  const int32_t wanted = std::min(run.threads - 1, free);
  for (int32_t member = 1; member <= wanted; ++member) {
    Thread* helper = idle_thread();
    if (!helper) break;
    call(helper, member, run.work);
  }
}

void Team::call(Thread* thread, int32_t member, const Work& work) {
  thread->work = work;
  thread->member = member;
  ++running_;
  thread->called.notify_one();
}

// Takes a thread from the idle ones or starts one; null if there are very many or the operating system gives none.
Team::Thread* Team::idle_thread() {
  if (!idle_.empty()) {
    Thread* thread = idle_.back();
    idle_.pop_back();
    return thread;
  }
  if (threads_.size() == kMostThreads) return nullptr;
  try {
    threads_.reserve(threads_.size() + 1);
    idle_.reserve(threads_.size() + 1);  // where each will stand, for nothing may fail then
    auto thread = std::make_unique<Thread>();
    thread->thread = std::make_unique<SystemThread>([this, self = thread.get()] { live(self); });
    threads_.push_back(std::move(thread));
  } catch (const std::exception&) {  // no thread, or no memory for one
    return nullptr;
  }
  return threads_.back().get();
}

void Team::live(Thread* self) {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    self->called.wait(lock, [&] { return self->work || ending_; });
    if (!self->work) return;
    Work work;
    work.swap(self->work);
    lock.unlock();
    work(self->member);
    work = nullptr;  // what the run holds may go before the thread is idle
    lock.lock();
    idle_.push_back(self);
    --running_;
    if (waiting_.empty() || ending_) continue;
    const Run next = std::move(waiting_.front());
    waiting_.pop_front();
    begin(idle_thread(), next);
  }
}

}  // namespace mobilenet_edge
