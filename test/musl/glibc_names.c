// What Debian's C++ library, made for glibc, asks of its C library beyond what musl has. With it that C++ library runs
// on musl, of whose own Debian has none. The addon itself needs none of these (scripts/check_symbols.mjs).
#include <stddef.h>
#include <stdint.h>

unsigned long getauxval(unsigned long type);
long getrandom(void* bytes, size_t count, unsigned flags);
size_t strftime_l(char* text, size_t size, const char* format, const void* time, void* locale);

// Whether objects may be counted without atomics.
char __libc_single_threaded = 0;

// The compiler's own account of the CPU, which libgcc keeps for itself here.
unsigned __cpu_model[4];
int __cpu_indicator_init(void) { return 0; }

// -1: not found, ask dl_iterate_phdr().
int _dl_find_object(void* address, void* result) {
  (void)address, (void)result;
  return -1;
}

unsigned long __getauxval(unsigned long type) { return getauxval(type); }

uint32_t arc4random(void) {
  uint32_t value = 0;
  getrandom(&value, sizeof(value), 0);
  return value;
}

size_t __strftime_l(char* text, size_t size, const char* format, const void* time, void* locale) {
  return strftime_l(text, size, format, time, locale);
}

// Objects of a thread are left alone when it ends: those of C++ libraries in this process are few.
int __cxa_thread_atexit_impl(void (*destroy)(void*), void* object, void* library) {
  (void)destroy, (void)object, (void)library;
  return 0;
}
