// What kernels ask of the compiler beyond the language. Macros only: see kernels.h.
#pragma once

#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#elif defined(__GNUC__)
#define UNROLL _Pragma("GCC unroll 16")
#else
#define UNROLL
#endif

#if defined(__GNUC__)
#define NOINLINE __attribute__((noinline))
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define INLINE_LAMBDA __attribute__((always_inline))
// A macro, for gcc removes the calls of a function that does nothing but prefetch.
#define PREFETCH(address) __builtin_prefetch(address)
// Hides how a value in a register came about.
#define OPAQUE(value) asm volatile("" : "+r"(value))
// The same for a vector register.
#if defined(__aarch64__) || defined(__arm__)
#define OPAQUE_VECTOR(value) asm volatile("" : "+w"(value))
#else
#define OPAQUE_VECTOR(value) asm volatile("" : "+v"(value))
#endif
#else
#define NOINLINE __declspec(noinline)
#define ALWAYS_INLINE inline
#define INLINE_LAMBDA
#define PREFETCH(address) ((void)(address))
#define OPAQUE(value) ((void)0)
#define OPAQUE_VECTOR(value) ((void)0)
#endif
