#include "system_thread.h"

#include <memory>
#include <system_error>
#include <utility>

// glibc 2.34 moved these from libpthread to libc under a new version, which older ones lack; under the first version
// every glibc has them. (Not where a program links the library statically or has its own, as sanitizers do.)
#if defined(__GLIBC__) && defined(MOBILENET_EDGE_OLD_GLIBC)
#if defined(__x86_64__)
#define FIRST_VERSION "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define FIRST_VERSION "GLIBC_2.17"
#elif defined(__arm__)
#define FIRST_VERSION "GLIBC_2.4"
#endif
#endif

#if defined(FIRST_VERSION)
asm(".symver pthread_create, pthread_create@" FIRST_VERSION);
asm(".symver pthread_join, pthread_join@" FIRST_VERSION);
asm(".symver pthread_attr_setstacksize, pthread_attr_setstacksize@" FIRST_VERSION);
#endif

namespace mobilenet_edge {

#if defined(_WIN32)

SystemThread::SystemThread(std::function<void()> main) : thread_(std::move(main)) {}

void SystemThread::join() { thread_.join(); }

#else

namespace {

void* call(void* main) {
  const std::unique_ptr<std::function<void()> > owned(static_cast<std::function<void()>*>(main));
  (*owned)();
  return nullptr;
}

}  // namespace

SystemThread::SystemThread(std::function<void()> main) {
  auto owned = std::make_unique<std::function<void()> >(std::move(main));
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  // Refused only by a system that wants more for itself, whose default is better then.
  pthread_attr_setstacksize(&attributes, kStackBytes);
  const int error = pthread_create(&thread_, &attributes, call, owned.get());
  pthread_attr_destroy(&attributes);
  if (error) throw std::system_error(error, std::generic_category(), "pthread_create");
  owned.release();
}

void SystemThread::join() { pthread_join(thread_, nullptr); }

#endif

}  // namespace mobilenet_edge
