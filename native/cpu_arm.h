// What an ARM CPU can do, as Linux tells it in the auxiliary vector and macOS by sysctl. A 64-bit one always has NEON.
#pragma once

#if defined(__linux__)
#include <sys/auxv.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace mobilenet_edge {

#if defined(__linux__)
inline bool has_hwcap(unsigned long bits) { return (getauxval(AT_HWCAP) & bits) == bits; }
#endif

#if defined(__aarch64__) || defined(_M_ARM64)

#if defined(__linux__)
inline bool has_dot_product() { return has_hwcap(1ul << 20); }     // ASIMDDP
inline bool has_half_precision() { return has_hwcap(1ul << 10); }  // ASIMDHP
#elif defined(__APPLE__)
inline bool has_feature(const char* name) {
  int value = 0;
  size_t size = sizeof value;
  return sysctlbyname(name, &value, &size, nullptr, 0) == 0 && value;
}
inline bool has_dot_product() { return has_feature("hw.optional.arm.FEAT_DotProd"); }
inline bool has_half_precision() { return has_feature("hw.optional.arm.FEAT_FP16"); }
#else
inline bool has_dot_product() { return false; }
inline bool has_half_precision() { return false; }
#endif

#else

inline bool has_neon_and_vfpv4() {
#if defined(__linux__)
  constexpr unsigned long kNeon = 1ul << 12, kVfpv4 = 1ul << 16;
  return has_hwcap(kNeon | kVfpv4);
#else
  return false;
#endif
}

#endif

}  // namespace mobilenet_edge
