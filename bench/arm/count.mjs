/** Runs a program on an emulated core with the counting plugin, and makes cycles and traffic of the counts. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cyclesOf } from './cycles.mjs';

const COMMANDS = ['qemu-aarch64', 'qemu-arm', 'gcc', 'llvm-mc-19', 'llvm-mca-19'];
const DEBIAN = 'qemu-user, gcc, llvm-19';
const LINE_BYTES = 64;

/** The rest runs once or twice. */
const SHARE_OF_INSTRUCTIONS = 0.999;

/** Builds the plugin into `folder` and returns its path. */
export function preparePlugin(folder) {
  const missing = COMMANDS.filter((command) => {
    try {
      execFileSync(command, ['--version'], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
  if (missing.length > 0) throw new Error(`Expected ${missing.join(', ')} to be installed (Debian: ${DEBIAN})`);
  const plugin = join(folder, 'count_plugin.so');
  const flags = ['-O2', '-Wall', '-Wextra', '-shared', '-fPIC', '-fvisibility=hidden'];
  execFileSync('gcc', [...flags, '-o', plugin, join(import.meta.dirname, 'count_plugin.c')], { stdio: 'inherit' });
  return plugin;
}

/** See count_plugin.c. Blocks come hottest first. */
function parseCounts(text) {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
  const caches = lines.filter(([kind]) => kind === 'cache').map(([, ...numbers]) => numbers.map(Number));
  const blocks = lines
    .filter(([kind]) => kind === 'block')
    .map(([, times, name, ...code]) => ({ name, code, times: Number(times), executed: times * code.length }))
    .sort((a, b) => b.executed - a.executed);
  return { caches, blocks };
}

/**
 * Million instructions, million cycles and MB between the last-level cache and DRAM, and { name, instructions, cycles }
 * of each function.
 */
function readCounts(file, board) {
  const { caches, blocks } = parseCounts(readFileSync(file, 'utf8'));
  const instructions = blocks.reduce((sum, { executed }) => sum + executed, 0);
  let covered = 0;
  const hot = blocks.filter(({ executed }) => {
    const wanted = covered < SHARE_OF_INSTRUCTIONS * instructions;
    covered += executed;
    return wanted;
  });
  const cycles = cyclesOf(
    hot.map(({ code }) => code),
    board.core,
    board.architecture,
  );
  const functions = new Map();
  hot.forEach(({ name, times, executed }, i) => {
    const sum = functions.get(name) ?? { name, instructions: 0, cycles: 0 };
    sum.instructions += executed / 1e6;
    sum.cycles += (times * cycles[i]) / 1e6;
    functions.set(name, sum);
  });
  const [, misses, writebacks] = caches.at(-1);
  return {
    instructions: instructions / 1e6,
    cycles: [...functions.values()].reduce((sum, { cycles }) => sum + cycles, 0),
    dram: ((misses + writebacks) * LINE_BYTES) / 1e6,
    functions: [...functions.values()].sort((a, b) => b.cycles - a.cycles),
  };
}

/** `run` is what follows the emulator on the command line; the result has an element for each of its regions. */
export function countRun(plugin, board, run, file, regions) {
  const options = `${plugin},out=${file},caches=${board.caches}`;
  execFileSync(board.emulator, ['-cpu', board.cpu, '-plugin', options, ...run], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return Array.from({ length: regions }, (_, i) => readCounts(`${file}.${i + 1}`, board));
}
