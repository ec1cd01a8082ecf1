// A thread has the stack that it states, whatever the C library gives by default.
#include "../../native/system_thread.h"
#include "support.h"

namespace mobilenet_edge {
namespace {

constexpr size_t kStep = 16 * 1024;

// Touches as much stack by frames of its own, of which no compiler makes a loop.
size_t descend(size_t bytes) {
  volatile char frame[kStep];
  frame[0] = 1;
  const size_t below = bytes > kStep ? descend(bytes - kStep) : 0;
  return below + (size_t)frame[0] * kStep;
}

}  // namespace

void test_thread() {
#if !defined(__SANITIZE_THREAD__)  // whose own records take most of the stack
  size_t touched = 0;
  SystemThread thread([&touched] { touched = descend(SystemThread::kStackBytes * 3 / 4); });
  thread.join();
  expect(touched == SystemThread::kStackBytes * 3 / 4, "a thread uses three quarters of its stack");
#endif
}

}  // namespace mobilenet_edge
