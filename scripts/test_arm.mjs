// Runs the native kernel tests on emulated ARM CPUs; the instruction sets that each must have are demanded.
import { spawnSync } from 'node:child_process';
import { buildNativeProgram } from './native_test_build.mjs';

const ARCHITECTURES = [
  {
    architecture: 'arm64',
    compiler: 'aarch64-linux-gnu-g++',
    emulator: 'qemu-aarch64',
    cpus: { 'cortex-a53': 'scalar,neon', 'cortex-a72': 'scalar,neon', 'cortex-a76': 'scalar,neon,neondot' },
  },
  {
    architecture: 'arm',
    compiler: 'arm-linux-gnueabihf-g++',
    emulator: 'qemu-arm',
    // NEON without VFPv4 does not count.
    cpus: { 'cortex-a9': 'scalar', 'cortex-a15': 'scalar,neon', max: 'scalar,neon' },
  },
];

for (const { architecture, compiler, emulator, cpus } of ARCHITECTURES) {
  const missing = [compiler, emulator].filter((command) => spawnSync(command, ['--version']).status !== 0);
  if (missing.length > 0) {
    console.error(
      `Expected ${missing.join(' and ')} (Debian: qemu-user, g++-aarch64-linux-gnu, g++-arm-linux-gnueabihf)`,
    );
    process.exitCode = 1;
    continue;
  }
  const program = buildNativeProgram(architecture, 'test/native', ['-O2', '-static'], { architecture, compiler });
  for (const [cpu, isas] of Object.entries(cpus)) {
    console.log(`${emulator} -cpu ${cpu}`);
    const { status } = spawnSync(emulator, ['-cpu', cpu, program, '--expect', isas], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
