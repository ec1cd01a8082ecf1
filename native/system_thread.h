// A thread with a stack of a stated size. C libraries differ in what they give by default: glibc 8 MB of addresses,
// which a limit of memory (ulimit -v) counts, musl 128 KB.
#pragma once

#include <functional>

#if defined(_WIN32)
#include <thread>
#else
#include <pthread.h>
#endif

namespace mobilenet_edge {

class SystemThread {
 public:
  // The deepest chain of calls takes about 40 KB, a frame of the AVX2 kernels of integers most of it; binding.gyp lets
  // no frame grow beyond 32 KB.
  static constexpr size_t kStackBytes = 512 * 1024;

  // Calls `main` on the new thread. Throws std::system_error if the operating system gives none.
  explicit SystemThread(std::function<void()> main);
  SystemThread(const SystemThread&) = delete;

  // Once, before the end of its life.
  void join();

 private:
#if defined(_WIN32)
  std::thread thread_;
#else
  pthread_t thread_;
#endif
};

}  // namespace mobilenet_edge
