/*
 * A plugin of QEMU's user mode: how often every block of instructions runs between two marker system calls, and what a
 * model of the data caches sends to DRAM meanwhile.
 *   qemu-aarch64 -plugin count_plugin.so,out=FILE,caches=32:2/1024:16 PROGRAM
 * Caches are KB:ways, the first level first. The guest, which has one thread, calls syscall(0x5eed, 1) where counting
 * begins and syscall(0x5eed, 0, N) where it ends; then FILE.N has a line for every level,
 *   cache ACCESSES MISSES WRITEBACKS
 * and one for every block that ran, with its instructions in hexadecimal as they lie in memory:
 *   block TIMES FUNCTION INSTRUCTION...
 * Caches are least-recently-used, 64 bytes a line, write-back, and allocate what is written; what leaves one goes to
 * the next. They start from what ran before, as those of a program that infers again and again do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin.h"

#define MARKER 0x5eed
#define LINE_BITS 6
#define MAX_LEVELS 4

QEMU_PLUGIN_EXPORT int qemu_plugin_version = 1;

static void fail(const char* what) {
  fprintf(stderr, "count_plugin: %s\n", what);
  exit(1);
}

static void* allocate(size_t bytes) {
  void* memory = calloc(1, bytes);
  if (!memory) fail("out of memory");
  return memory;
}

/* Caches. */

typedef struct {
  uint64_t sets, ways;
  uint64_t* lines; /* (sets, ways), the most recent first: 0, or 2 * (line number + 1) + whether it was written to */
  uint64_t accesses, misses, writebacks;
} Level;

static Level levels[MAX_LEVELS];
static int level_count;
static bool counting;

static void parse_caches(const char* text) {
  for (const char* at = text; at; at = strchr(at, '/') ? strchr(at, '/') + 1 : NULL) {
    unsigned kilobytes, ways;
    if (level_count == MAX_LEVELS || sscanf(at, "%u:%u", &kilobytes, &ways) != 2 || ways == 0) fail("bad caches");
    Level* level = &levels[level_count++];
    level->ways = ways;
    level->sets = ((uint64_t)kilobytes << 10 >> LINE_BITS) / ways;
    if (level->sets == 0) fail("bad caches");
    level->lines = allocate(level->sets * ways * sizeof(uint64_t));
  }
}

/* Puts a line in front of its set. Returns whether it was there; else `evicted` is what had to leave for it. */
static bool touch(Level* level, uint64_t line, bool written, uint64_t* evicted) {
  uint64_t* set = level->lines + line % level->sets * level->ways;
  const uint64_t key = 2 * (line + 1);
  size_t way = 0;
  while (way < level->ways - 1 && (set[way] & ~1ull) != key) ++way;
  const bool found = (set[way] & ~1ull) == key;
  const uint64_t last = set[way];
  memmove(set + 1, set, way * sizeof(uint64_t));
  set[0] = key | written | (found ? last & 1 : 0);
  *evicted = last;
  return found;
}

static void write_back(int index, uint64_t line);

static void evict(int index, uint64_t entry) {
  if (!(entry & 1)) return;
  ++levels[index].writebacks;
  write_back(index + 1, entry / 2 - 1);
}

/* A whole line comes from the level before, so nothing needs to be read for it. */
static void write_back(int index, uint64_t line) {
  uint64_t evicted;
  if (index < level_count && !touch(&levels[index], line, true, &evicted)) evict(index, evicted);
}

static void access_line(int index, uint64_t line, bool written) {
  if (index == level_count) return;
  uint64_t evicted;
  ++levels[index].accesses;
  if (touch(&levels[index], line, written, &evicted)) return;
  ++levels[index].misses;
  access_line(index + 1, line, false);
  evict(index, evicted);
}

static void on_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void* context) {
  (void)cpu, (void)context;
  if (!counting) return;
  const uint64_t last = address + (1u << qemu_plugin_mem_size_shift(info)) - 1;
  for (uint64_t line = address >> LINE_BITS; line <= last >> LINE_BITS; ++line) {
    access_line(0, line, qemu_plugin_mem_is_store(info));
  }
}

/* Blocks. */

typedef struct Block {
  struct Block* next;
  uint64_t times;
  char* function;
  char* instructions;
} Block;

static Block* blocks;

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb* translated) {
  (void)id;
  const size_t count = qemu_plugin_tb_n_insns(translated);
  Block* block = allocate(sizeof(Block));
  char* text = block->instructions = allocate(count * 9 + 1);
  for (size_t i = 0; i < count; ++i) {
    struct qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(translated, i);
    const uint8_t* bytes = qemu_plugin_insn_data(instruction);
    *text++ = ' ';
    for (size_t b = 0; b < qemu_plugin_insn_size(instruction); ++b) text += sprintf(text, "%02x", bytes[b]);
    qemu_plugin_register_vcpu_mem_cb(instruction, on_access, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, NULL);
  }
  const char* function = qemu_plugin_insn_symbol(qemu_plugin_tb_get_insn(translated, 0));
  block->function = allocate(function ? strlen(function) + 1 : 2);
  strcpy(block->function, function && *function ? function : "?");
  block->next = blocks;
  blocks = block;
  qemu_plugin_register_vcpu_tb_exec_inline(translated, QEMU_PLUGIN_INLINE_ADD_U64, &block->times, 1);
}

/* Regions. */

static const char* output;

static void start_over(void) {
  for (Block* block = blocks; block; block = block->next) block->times = 0;
  for (int i = 0; i < level_count; ++i) levels[i].accesses = levels[i].misses = levels[i].writebacks = 0;
}

static void write_counts(unsigned region) {
  char path[4096];
  if (snprintf(path, sizeof path, "%s.%u", output, region) >= (int)sizeof path) fail("too long a path");
  FILE* file = fopen(path, "w");
  if (!file) fail("the counts cannot be written");
  for (int i = 0; i < level_count; ++i) {
    const Level* level = &levels[i];
    fprintf(file, "cache %llu %llu %llu\n", (unsigned long long)level->accesses, (unsigned long long)level->misses,
            (unsigned long long)level->writebacks);
  }
  for (const Block* block = blocks; block; block = block->next) {
    if (block->times == 0) continue;
    fprintf(file, "block %llu %s%s\n", (unsigned long long)block->times, block->function, block->instructions);
  }
  if (fclose(file) != 0) fail("the counts cannot be written");
}

static void on_system_call(qemu_plugin_id_t id, unsigned cpu, int64_t number, uint64_t begins, uint64_t region,
                           uint64_t a3, uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8) {
  (void)id, (void)cpu, (void)a3, (void)a4, (void)a5, (void)a6, (void)a7, (void)a8;
  if (number != MARKER) return;
  counting = begins;
  if (begins) {
    start_over();
  } else {
    write_counts((unsigned)region);
  }
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv) {
  (void)info;
  for (int i = 0; i < argc; ++i) {
    if (strncmp(argv[i], "out=", 4) == 0) output = strdup(argv[i] + 4);
    if (strncmp(argv[i], "caches=", 7) == 0) parse_caches(argv[i] + 7);
  }
  if (!output || level_count == 0) fail("expected out=FILE,caches=KB:WAYS/...");
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  qemu_plugin_register_vcpu_syscall_cb(id, on_system_call);
  return 0;
}
