// Runs the native kernel tests on emulated ARM CPUs, where the instruction sets that each must have are demanded, and
// random Programs on the CPU that has most of them. Arguments are those of the random Programs: `-- --programs 100000`.
import { spawnSync } from 'node:child_process';
import { ARCHITECTURES, DEBIAN_PACKAGES, missingTools, WITH_HALVES } from './arm_emulation.mjs';
import { buildNativeEngine, buildNativeProgram } from './native_test_build.mjs';

for (const [architecture, { compiler, emulator, cpus }] of Object.entries(ARCHITECTURES)) {
  const missing = missingTools({ compiler, emulator });
  if (missing.length > 0) {
    console.error(`Expected ${missing.join(' and ')} (Debian: ${DEBIAN_PACKAGES})`);
    process.exitCode = 1;
    continue;
  }
  const flags = ['-O2', '-static'];
  const engine = buildNativeEngine(architecture, flags, { architecture, compiler });
  const build = (name, folder) => buildNativeProgram(name, folder, flags, { architecture, compiler, engine });
  const run = (cpu, program, args) => {
    console.log(`${emulator} -cpu ${cpu}`);
    const { status } = spawnSync(emulator, ['-cpu', cpu, program, ...args], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  };
  const program = build(architecture, 'test/native');
  for (const [cpu, isas] of Object.entries(cpus)) {
    run(cpu, program, ['--expect', isas, ...(WITH_HALVES.includes(cpu) ? ['halves'] : [])]);
  }
  run(Object.keys(cpus).at(-1), build(`${architecture}_fuzz`, 'test/native/fuzz'), process.argv.slice(2));
}
