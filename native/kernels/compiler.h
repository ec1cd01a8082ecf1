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
#define INLINE_LAMBDA __attribute__((always_inline))
// Hides how a value in a register came about.
#define OPAQUE(value) asm volatile("" : "+r"(value))
#else
#define NOINLINE __declspec(noinline)
#define INLINE_LAMBDA
#define OPAQUE(value) ((void)0)
#endif
