// Runs the native tests with every instruction set of this CPU; `--isas` prints them, `--expect a,b` demands them and
// `--expect a,b halves` that those but for scalar have arithmetic of halves, `--team` runs only the tests of threads.
#include "support.h"

using namespace mobilenet_edge;

int main(int argc, char** argv) {
  std::string names;
  for (const char* isa : available_isas()) names += (names.empty() ? "" : ",") + std::string(isa);
  if (argc == 2 && strcmp(argv[1], "--isas") == 0) {
    puts(names.c_str());
    return 0;
  }
  const bool only_team = argc == 2 && strcmp(argv[1], "--team") == 0;
  if (argc >= 3 && strcmp(argv[1], "--expect") == 0) {
    const bool halves = argc == 4 && strcmp(argv[3], "halves") == 0;
    expect(names == argv[2], "instruction sets are " + names);
    for (const char* isa : available_isas()) {
      Kernels kernels;
      select_kernels(isa, &kernels);
      const bool expected = halves && strcmp(isa, "scalar") != 0;
      expect((kernels.f16_gemm != nullptr) == expected, std::string("arithmetic of halves on ") + isa);
    }
  }

  for (const char* isa : {"scalar", "avx2", "avx512vnni", "AVX2", "", "neon"}) {
    Kernels kernels;
    const auto list = available_isas();
    const bool listed = std::any_of(list.begin(), list.end(), [&](const char* name) { return strcmp(name, isa) == 0; });
    expect(select_kernels(isa, &kernels) == listed, std::string("selecting '") + isa + "'");
  }
  test_thread();
  if (!only_team) {
    test_packing();
    test_q8_packing();
  }
  for (const char* isa : available_isas()) {
    Kernels kernels;
    if (!expect(select_kernels(isa, &kernels) && strcmp(kernels.isa, isa) == 0, isa)) continue;
    if (only_team) {
      test_bands(kernels);
      test_team(kernels);
      continue;
    }
    test_gemm(kernels);
    test_depthwise(kernels);
    test_ops(kernels);
    test_inverted_residual(kernels);
    test_validate(kernels);
    if (kernels.f16_gemm) {
      test_f16_gemm(kernels);
      test_f16_depthwise(kernels);
      test_f16_ops(kernels);
    }
    test_q8_gemm(kernels);
    test_q8_depthwise(kernels);
    test_q8_requantize(kernels);
    test_q8_ops(kernels);
    test_q8_inverted_residual(kernels);
    test_q8_validate(kernels);
    test_bands(kernels);
    test_team(kernels);
  }
  printf("native (%s): %d passed, %d failed\n", names.c_str(), tally().passed, tally().failed);
  return tally().failed ? 1 : 0;
}
