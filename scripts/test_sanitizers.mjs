// Runs the native kernel tests under AddressSanitizer and UndefinedBehaviorSanitizer.
import { spawnSync } from 'node:child_process';
import { buildNativeTest } from './native_test_build.mjs';

const flags = ['-O1', '-g', '-fno-omit-frame-pointer', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
const program = buildNativeTest('sanitized', flags);
process.exitCode = spawnSync(program, { stdio: 'inherit' }).status ?? 1;
