// Chooses kernels by what the CPU can do, as CPUID tells it on x86; see cpu_arm.h for ARM. An instruction set counts
// only if the operating system saves its registers too.
#include "cpu.h"

#include <string.h>

#if defined(MOBILENET_EDGE_NEON)
#include "cpu_arm.h"
#endif
#if defined(MOBILENET_EDGE_X86_64)
#if defined(_MSC_VER)
#include <immintrin.h>
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#endif

namespace mobilenet_edge {
namespace {

#if defined(MOBILENET_EDGE_X86_64)
struct CpuId {
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
};

// All zeros where the CPU lacks the leaf.
CpuId cpuid(uint32_t leaf) {
  CpuId id;
#if defined(_MSC_VER)
  int words[4];
  __cpuid(words, 0);
  if ((uint32_t)words[0] < leaf) return id;
  __cpuidex(words, (int)leaf, 0);
  id.eax = words[0], id.ebx = words[1], id.ecx = words[2], id.edx = words[3];
#else
  __get_cpuid_count(leaf, 0, &id.eax, &id.ebx, &id.ecx, &id.edx);
#endif
  return id;
}

// Which register states the operating system saves; legal only where CPUID says OSXSAVE.
uint64_t enabled_states() {
#if defined(_MSC_VER)
  return _xgetbv(0);
#else
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
#endif
}

bool has_avx2_and_fma() {
  constexpr uint32_t kFma = 1u << 12, kOsxsave = 1u << 27, kAvx = 1u << 28;
  constexpr uint32_t kAvx2 = 1u << 5;
  constexpr uint64_t kXmmAndYmm = 6;
  const uint32_t features = cpuid(1).ecx;
  if ((features & (kFma | kOsxsave | kAvx)) != (kFma | kOsxsave | kAvx)) return false;
  if ((enabled_states() & kXmmAndYmm) != kXmmAndYmm) return false;
  return cpuid(7).ebx & kAvx2;
}

bool has_avx512_and_vnni() {
  constexpr uint32_t kF = 1u << 16, kDq = 1u << 17, kBw = 1u << 30, kVl = 1u << 31;
  constexpr uint32_t kVnni = 1u << 11;
  constexpr uint64_t kMasksAndZmm = 0xe0;
  if (!has_avx2_and_fma() || (enabled_states() & kMasksAndZmm) != kMasksAndZmm) return false;
  const CpuId features = cpuid(7);
  return (features.ebx & (kF | kDq | kBw | kVl)) == (kF | kDq | kBw | kVl) && features.ecx & kVnni;
}
#endif

#if defined(MOBILENET_EDGE_NEON) && !defined(__arm__)
// Arithmetic of halves is no instruction set of its own, for only models that ask for it use it.
void overlay_neon_and_halves(Kernels* kernels) {
  overlay_neon(kernels);
  if (has_half_precision()) overlay_neonfp16(kernels);
}
#endif

struct InstructionSet {
  const char* name;
  bool (*available)();
  void (*overlay)(Kernels*);
};

// Worst first; each overlays those before it.
const InstructionSet kInstructionSets[] = {
    {"scalar", [] { return true; }, overlay_scalar},
#if defined(MOBILENET_EDGE_X86_64)
    {"avx2", has_avx2_and_fma, overlay_avx2},
    {"avx512vnni", has_avx512_and_vnni, overlay_avx512vnni},
#endif
#if defined(MOBILENET_EDGE_NEON) && defined(__arm__)
    {"neon", has_neon_and_vfpv4, overlay_neon},
#elif defined(MOBILENET_EDGE_NEON)
    {"neon", [] { return true; }, overlay_neon_and_halves},
    {"neondot", has_dot_product, overlay_neondot},
#endif
};

}  // namespace

std::vector<const char*> available_isas() {
  std::vector<const char*> names;
  for (const InstructionSet& set : kInstructionSets) {
    if (set.available()) names.push_back(set.name);
  }
  return names;
}

bool select_kernels(const char* isa, Kernels* kernels) {
  *kernels = {};
  for (const InstructionSet& set : kInstructionSets) {
    if (!set.available()) continue;
    set.overlay(kernels);
    if (strcmp(set.name, isa) == 0) return true;
  }
  return false;
}

}  // namespace mobilenet_edge
