// Runs a compiled Program outside Node, for an emulator that counts instructions:
//   run_program --isas                      prints the instruction sets of this CPU, worst first
//   run_program --geometry ISA              prints the Geometry of an instruction set as JSON
//   run_program ISA PROGRAM OUTPUT [layers] runs a file of program_file.mjs and writes the bytes of its output
// The second of two runs lies between the marker system calls of count_plugin.c; with `layers` every op of it does.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "../../native/cpu.h"
#include "../../native/execute.h"
#include "../../native/geometry.h"
#include "../../native/memory.h"
#include "../../native/validate.h"

using namespace mobilenet_edge;

namespace {

constexpr long kMarker = 0x5eed;
void count_from_here() { syscall(kMarker, 1, 0); }
void count_to_here(int region) { syscall(kMarker, 0, region); }

[[noreturn]] void fail(const char* what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

Kernels kernels_of(const char* isa) {
  Kernels kernels;
  if (!select_kernels(isa, &kernels)) fail("This CPU lacks the instruction set");
  return kernels;
}

void print_isas() {
  std::string names;
  for (const char* name : available_isas()) names += (names.empty() ? "" : ",") + std::string(name);
  puts(names.c_str());
}

// See program_file.mjs.
struct FileHeader {
  int32_t op_words, weight_bytes, arena_bytes, input, input_bytes, output, output_bytes;
};

struct LoadedProgram {
  FileHeader header;
  std::vector<int32_t> ops;
  Memory weights, arena, input;

  void start_over() { memcpy(arena.data() + header.input, input.data(), header.input_bytes); }
};

void read_exactly(FILE* file, void* to, size_t bytes) {
  if (fread(to, 1, bytes, file) != bytes) fail("The program file is too short");
}

LoadedProgram read_program(const char* path, const Kernels& kernels) {
  FILE* file = fopen(path, "rb");
  if (!file) fail("The program file cannot be opened");
  LoadedProgram program;
  read_exactly(file, &program.header, sizeof(FileHeader));
  const FileHeader& h = program.header;
  program.ops.resize(h.op_words);
  program.weights = Memory(h.weight_bytes);
  program.arena = Memory(h.arena_bytes);
  program.input = Memory(h.input_bytes);
  read_exactly(file, program.ops.data(), h.op_words * sizeof(int32_t));
  read_exactly(file, program.weights.data(), h.weight_bytes);
  read_exactly(file, program.input.data(), h.input_bytes);
  fclose(file);
  const Limits limits = {program.weights.size(), program.arena.size(), program.arena.size(), program.weights.data()};
  const Defect defect = validate(program.ops.data(), program.ops.size(), limits, kernels);
  if (defect.message) fail(defect.message);
  return program;
}

// One thread.
void run(const Context& context, const int32_t* ops, size_t words) {
  Execution(context, /*scratch_bytes=*/0, /*members=*/1, ops, words).work(0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && strcmp(argv[1], "--isas") == 0) {
    print_isas();
    return 0;
  }
  if (argc == 3 && strcmp(argv[1], "--geometry") == 0) {
    puts(geometry_json(kernels_of(argv[2])).c_str());
    return 0;
  }
  const bool layers = argc == 5 && strcmp(argv[4], "layers") == 0;
  if (argc != 4 && !layers) fail("Usage: run_program --isas | --geometry ISA | ISA PROGRAM OUTPUT [layers]");
  const Kernels kernels = kernels_of(argv[1]);
  LoadedProgram program = read_program(argv[2], kernels);
  const Context context = {&kernels, program.weights.data(), program.arena.data(), /*scratch=*/program.arena.data()};
  const int32_t* ops = program.ops.data();

  program.start_over();
  run(context, ops, program.ops.size());
  program.start_over();
  if (layers) {
    int region = 0;
    for (size_t at = 0; at < program.ops.size(); at += ops[at + 1]) {
      count_from_here();
      run(context, ops + at, ops[at + 1]);
      count_to_here(++region);
    }
  } else {
    count_from_here();
    run(context, ops, program.ops.size());
    count_to_here(1);
  }

  FILE* output = fopen(argv[3], "wb");
  if (!output) fail("The output file cannot be written");
  const FileHeader& h = program.header;
  const bool written = fwrite(program.arena.data() + h.output, 1, h.output_bytes, output) == (size_t)h.output_bytes;
  if (fclose(output) != 0 || !written) fail("The output file cannot be written");
  return 0;
}
