// Runs the native kernel tests on emulated ARM CPUs; the instruction sets that each must have are demanded.
import { spawnSync } from 'node:child_process';
import { ARCHITECTURES, DEBIAN_PACKAGES, missingTools, WITH_HALVES } from './arm_emulation.mjs';
import { buildNativeProgram } from './native_test_build.mjs';

for (const [architecture, { compiler, emulator, cpus }] of Object.entries(ARCHITECTURES)) {
  const missing = missingTools({ compiler, emulator });
  if (missing.length > 0) {
    console.error(`Expected ${missing.join(' and ')} (Debian: ${DEBIAN_PACKAGES})`);
    process.exitCode = 1;
    continue;
  }
  const program = buildNativeProgram(architecture, 'test/native', ['-O2', '-static'], { architecture, compiler });
  for (const [cpu, isas] of Object.entries(cpus)) {
    console.log(`${emulator} -cpu ${cpu}`);
    const expected = ['--expect', isas, ...(WITH_HALVES.includes(cpu) ? ['halves'] : [])];
    const { status } = spawnSync(emulator, ['-cpu', cpu, program, ...expected], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
