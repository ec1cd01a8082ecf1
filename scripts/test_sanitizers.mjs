// Runs the native kernel tests under AddressSanitizer and UndefinedBehaviorSanitizer, those of threads under ThreadSanitizer.
import { spawnSync } from 'node:child_process';
import { buildNativeProgram } from './native_test_build.mjs';

const COMMON = ['-O1', '-g', '-fno-omit-frame-pointer'];
const RUNS = [
  { name: 'sanitized', flags: ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'], args: [] },
  { name: 'thread_sanitized', flags: ['-fsanitize=thread'], args: ['--team'] },
];

for (const { name, flags, args } of RUNS) {
  const program = buildNativeProgram(name, 'test/native', [...COMMON, ...flags]);
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (error) console.error(error.message);
  if (status !== 0) process.exitCode = 1;
}
