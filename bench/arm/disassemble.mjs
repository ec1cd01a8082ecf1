/** Machine code as assembly, by llvm-mc. */
import { spawnSync } from 'node:child_process';

/**
 * How LLVM calls the instruction sets; of 32 bits, not Thumb, of which the C library has some. `mark` is an instruction that no program has, in
 * hexadecimal as it lies in memory and as assembly.
 */
export const TARGETS = {
  arm64: { triple: 'aarch64', attributes: '-mattr=+v8.2a,+dotprod,+fullfp16', mark: ['e003bfd6', 'drps'] },
  arm: { triple: 'armv7a', attributes: '-mattr=+neon,+vfp4', mark: ['000201f1', 'setend be'] },
};

/** Of each instruction, in hexadecimal as it lies in memory, its assembly; empty where LLVM knows none. */
export function disassemble(instructions, architecture) {
  const { triple, attributes, mark } = TARGETS[architecture];
  const bytesOf = (hex) => (hex.length === 8 ? hex.replaceAll(/../g, '0x$& ') : '');
  const { status, error, stdout, stderr } = spawnSync(
    'llvm-mc-19',
    ['--disassemble', `-triple=${triple}`, attributes],
    {
      // Marked, for nothing else tells which have none.
      input: instructions.map((hex) => `${bytesOf(hex)}\n${bytesOf(mark[0])}\n`).join(''),
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    },
  );
  if (status !== 0) throw new Error(`llvm-mc-19: ${error ?? stderr}`);
  const lines = stdout.split('\n').map((line) => line.trim().replaceAll('\t', ' '));
  const assembly = [''];
  for (const line of lines) {
    if (line === mark[1]) assembly.push('');
    else if (line && !line.startsWith('.')) assembly[assembly.length - 1] = line;
  }
  if (assembly.length !== instructions.length + 1) {
    throw new Error(`Expected ${instructions.length} instructions of llvm-mc-19 but received ${assembly.length - 1}`);
  }
  return assembly.slice(0, -1);
}
