// Waiting that keeps the core: shorter than sleeping, where the wait is short.
#pragma once

#include <chrono>

#if defined(_MSC_VER)
#include <intrin.h>
#endif

namespace mobilenet_edge {

// Tells the core that this is a loop of waiting.
inline void relax() {
#if defined(_MSC_VER) && (defined(_M_X64) || defined(_M_IX86))
  _mm_pause();
#elif defined(_MSC_VER)
  __yield();
#elif defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || (defined(__ARM_ARCH) && __ARM_ARCH >= 7)
  asm volatile("yield");
#endif
}

// Whether condition() came true within about `time`.
template <typename Condition>
bool spin_until(Condition condition, std::chrono::nanoseconds time) {
  constexpr int kLooks = 32;  // between looks at the clock, which cost more
  const auto end = std::chrono::steady_clock::now() + time;
  do {
    for (int i = 0; i < kLooks; ++i) {
      if (condition()) return true;
      relax();
    }
  } while (std::chrono::steady_clock::now() < end);
  return condition();
}

}  // namespace mobilenet_edge
