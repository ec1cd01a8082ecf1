/** What the CPU offers integer kernels: peers' int8 speed, and whether their sums are exact, depends on it. */
import { existsSync, readFileSync } from 'node:fs';

const OF_INTEREST = ['avx2', 'avx512f', 'avx_vnni', 'avx512_vnni', 'asimd', 'asimddp', 'i8mm'];

/** Flags of /proc/cpuinfo that matter here; undefined where there is no such file. */
export function cpuFlags() {
  if (!existsSync('/proc/cpuinfo')) return undefined;
  const lines = readFileSync('/proc/cpuinfo', 'utf8').match(/^(flags|Features)\s*:.*$/m);
  const words = new Set(lines?.[0].split(/\s+/));
  return OF_INTEREST.filter((flag) => words.has(flag));
}

/** Whether onnxruntime adds pairs of int8 products in 16 bits here, which saturates (MLAS' U8S8 kernels without VNNI). */
export function saturatesInt8() {
  const flags = cpuFlags() ?? [];
  return process.arch === 'x64' && !flags.includes('avx_vnni') && !flags.includes('avx512_vnni');
}
