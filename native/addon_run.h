// Runs on behalf of one JavaScript thread: the process's Team works, and the event loop of the thread that began a run
// hears of its end. Nothing occupies libuv's pool, so a run, however long, keeps nobody from files, DNS or the end of
// the process.
#pragma once

#include <napi.h>

#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "execute.h"
#include "loaded.h"
#include "team.h"

namespace mobilenet_edge {

// What the threads of a run share. A thread may come late, so each has a share of its own.
struct SharedRun {
  const std::shared_ptr<Loaded> loaded;
  Execution::Times times;
  Execution execution;

  SharedRun(std::shared_ptr<Loaded> program, size_t words, bool timed);
};

// What the JavaScript thread knows of a run.
class Run {
 public:
  Run(Napi::Env env, std::shared_ptr<Loaded> loaded, std::vector<Port> outputs, bool timed);
  ~Run();
  Run(const Run&) = delete;

  const std::shared_ptr<SharedRun>& shared() const { return shared_; }
  // Of an Array with each output's ArrayBuffer or, if timed, with that of the milliseconds of each op; of undefined if
  // the run was stopped.
  Napi::Value promise() const { return {env_, promise_}; }

  // The threads, which have waited for that, begin.
  void input_is_written();
  // To be called when the threads have done all.
  void settle();

 private:
  void make_answer();
  bool add_buffer(napi_value answer, size_t bytes);
  void write_answer() const;
  void reject_out_of_memory() const;

  const Napi::Env env_;
  const std::vector<Port> outputs_;
  const std::shared_ptr<SharedRun> shared_;
  napi_deferred deferred_ = nullptr;
  napi_value promise_ = nullptr;
  napi_ref answer_ = nullptr;  // the Array; null where there is no memory, or JavaScript is being terminated
  std::vector<void*> answer_data_;
};

// All runs of a JavaScript thread: what it holds as long as it may run anything. When the thread ends, for
// worker.terminate() too, all of them are stopped, and what still works for them never calls into JavaScript again.
class Runs {
 public:
  explicit Runs(Napi::Env env);
  ~Runs();
  Runs(const Runs&) = delete;

  // Wakes the threads of a run, which wait for its input; null if the operating system gives none. The Run lives until
  // the event loop has heard of its end.
  Run* begin(const std::shared_ptr<Loaded>& loaded, std::vector<Port> outputs, bool timed);

 private:
  // Through which threads tell of ends. Node-API's function may not be touched any more once its thread has ended.
  struct Mailbox {
    std::mutex mutex;
    napi_threadsafe_function function = nullptr;  // null once closed; belongs to who holds the mutex
    void post(Run* ended);
  };

  static void on_end(napi_env env, napi_value, void* runs, void* ended);
  void stop_all();

  const Napi::Env env_;
  const std::shared_ptr<Team> team_ = Team::of_process();
  const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  std::unordered_map<Run*, std::unique_ptr<Run>> runs_;
};

}  // namespace mobilenet_edge
