// Draws Programs and runs those that validate() accepts, on every instruction set of this CPU: sanitizers, or the pages
// around the memory, are the judges of whether it accepts too much.
//   [--seed N] [--programs N] [--isa NAME] [--kind NAME]
#include <signal.h>

#include "program.h"

#if defined(MOBILENET_EDGE_ASAN)
extern "C" const char* __asan_default_options() { return "abort_on_error=1:quarantine_size_mb=1"; }
extern "C" const char* __ubsan_default_options() { return "abort_on_error=1:print_stacktrace=1"; }
#endif

using namespace mobilenet_edge;

namespace {

// What to type to see it again.
char running[200];

void watch_for_the_end() {
  for (int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) {
#if defined(MOBILENET_EDGE_ASAN)
    if (number != SIGABRT) continue;  // the sanitizer's own report, after which it aborts
#endif
    signal(number, [](int received) {
      const ssize_t written = write(STDERR_FILENO, running, strlen(running));
      (void)written;
      signal(received, SIG_DFL);
      raise(received);
    });
  }
}

struct Options {
  uint64_t seed = 1;
  int64_t programs = 30000;
  const char *isa = nullptr, *kind = nullptr;
};

bool read_options(int argc, char** argv, Options* options) {
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return false;
    const std::string name = argv[i];
    if (name == "--seed") {
      options->seed = strtoull(argv[i + 1], nullptr, 10);
    } else if (name == "--programs") {
      options->programs = atoll(argv[i + 1]);
    } else if (name == "--isa") {
      options->isa = argv[i + 1];
    } else if (name == "--kind") {
      options->kind = argv[i + 1];
    } else {
      return false;
    }
  }
  return options->programs > 0;
}

void fuzz(const Kernels& kernels, const Options& options) {
  const std::vector<RecordKind> kinds = record_kinds(kernels);
  struct Counts {
    int64_t of[3] = {0, 0, 0};
  };
  std::vector<Counts> counts(kinds.size());
  for (int64_t i = 0; i < options.programs; ++i) {
    const size_t kind = i % kinds.size();
    if (options.kind && strcmp(options.kind, kinds[kind].name) != 0) continue;
    // The kind goes round with the seed, so that one seed tells all.
    const uint64_t seed = options.seed + i;
    snprintf(running, sizeof(running), "while running: --isa %s --kind %s --seed %llu --programs %zu\n", kernels.isa,
             kinds[kind].name, (unsigned long long)options.seed, (size_t)i + 1);
    ++counts[kind].of[(int)run_drawn_program(kernels, kinds, kind, seed)];
  }
  int64_t ran = 0;
  for (size_t kind = 0; kind < kinds.size(); ++kind) {
    const auto& [refused, too_long, done] = counts[kind].of;
    const int64_t all = refused + too_long + done;
    ran += done;
    if (options.kind ? all : options.programs > (int64_t)kinds.size() * 50) {
      expect(done * 4 > all && refused > 0, std::string(kernels.isa) + " " + kinds[kind].name + ": " +
                                                std::to_string(done) + " of " + std::to_string(all) + " ran, " +
                                                std::to_string(refused) + " were refused");
    }
  }
  printf("%s: %lld of %lld drawn programs ran, seed %llu\n", kernels.isa, (long long)ran, (long long)options.programs,
         (unsigned long long)options.seed);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!read_options(argc, argv, &options)) {
    fprintf(stderr, "Expected [--seed N] [--programs N] [--isa NAME] [--kind NAME]\n");
    return 2;
  }
  watch_for_the_end();
  for (const char* isa : available_isas()) {
    Kernels kernels;
    if (options.isa && strcmp(options.isa, isa) != 0) continue;
    if (expect(select_kernels(isa, &kernels), isa)) fuzz(kernels, options);
  }
  return tally().failed ? 1 : 0;
}
