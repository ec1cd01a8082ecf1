/** Runs a program on an emulated core with the counting plugin, and reads what armest.py makes of the counts. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const COMMANDS = ['qemu-aarch64', 'aarch64-linux-gnu-g++', 'gcc', 'python3', 'llvm-mc-19', 'llvm-mca-19'];
const DEBIAN = 'qemu-user, g++-aarch64-linux-gnu, gcc, python3, llvm-19';

/** Builds the plugin of the tools' folder into `folder`. Throws with what is missing. */
export function prepareTools(tools, folder) {
  if (!tools || !existsSync(join(tools, 'armcount.c')) || !existsSync(join(tools, 'armest.py'))) {
    throw new Error(
      `Expected --tools or MOBILENET_EDGE_ARM_TOOLS to name a folder with armcount.c (a counting plugin of qemu) and armest.py (cycles by llvm-mca) but received '${tools ?? ''}'`,
    );
  }
  const missing = COMMANDS.filter((command) => {
    try {
      execFileSync(command, ['--version'], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
  if (missing.length > 0) throw new Error(`Expected ${missing.join(', ')} to be installed (Debian: ${DEBIAN})`);
  const plugin = join(folder, 'libarmcount.so');
  execFileSync('gcc', ['-O2', '-shared', '-fPIC', '-fvisibility=hidden', '-o', plugin, join(tools, 'armcount.c')]);
  return { plugin, estimate: join(tools, 'armest.py') };
}

const number = (text, pattern) => {
  const match = text.match(pattern);
  if (!match) throw new Error(`Expected ${pattern} in\n${text}`);
  return Number(match[1]);
};

/** Million instructions, million cycles and MB between the last-level cache and DRAM, of a file of counts. */
function readCounts(estimate, file, { model }) {
  const text = execFileSync('python3', [estimate, '--mcpu', model ?? 'cortex-a72', '--top', '12', file], {
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  });
  const cycles = model ? new RegExp(`${model}\\s+compute cycles\\s+([\\d.]+)`) : /a53-rule cycles\s+([\d.]+)/;
  const [, misses, writebacks] = [...text.matchAll(/# L\d.*misses (\d+) .*writebacks (\d+)/g)].at(-1);
  return {
    instructions: number(text, /: ([\d.]+) M instructions/),
    cycles: number(text, cycles),
    dram: ((Number(misses) + Number(writebacks)) * 64) / 1e6,
    text,
  };
}

/** `run` is what follows the emulator on the command line. With `layers` one result for each of them. */
export function countRun({ plugin, estimate }, board, run, file, layers = 0) {
  const arguments_ = ['-cpu', board.cpu, '-plugin', `${plugin},out=${file},cache=${board.caches}`, ...run];
  execFileSync('qemu-aarch64', arguments_, { stdio: ['ignore', 'ignore', 'pipe'] });
  if (layers === 0) return [readCounts(estimate, file, board)];
  return Array.from({ length: layers }, (_, i) => readCounts(estimate, `${file}.${i + 1}`, board));
}
