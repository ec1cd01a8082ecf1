// Linked against new libraries, an addon asks for symbols that older ones lack, and does not load there. What would ask
// for more than glibc 2.28 and GCC 10's libstdc++ (scripts/check_symbols.mjs) is defined here instead; weakly, because
// a program that links the libraries statically has it twice.
#include <condition_variable>

#if defined(__GLIBC__) && defined(__GLIBCXX__)

// glibc 2.32: whether std::shared_ptr may count without atomics. It may not.
extern "C" {
extern __attribute__((weak, visibility("hidden"))) char __libc_single_threaded;
char __libc_single_threaded = 0;
}

// GCC 12: a new version of it, no longer noexcept.
#if _GLIBCXX_RELEASE >= 12
__attribute__((weak)) void std::condition_variable::wait(std::unique_lock<std::mutex>& lock) {
  pthread_cond_wait(native_handle(), lock.mutex()->native_handle());
}
#endif

// GCC 11: what allocators throw for sizes beyond memory; older ones throw this.
#if _GLIBCXX_RELEASE >= 11
__attribute__((weak)) void std::__throw_bad_array_new_length() { std::__throw_bad_alloc(); }
#endif

#endif
