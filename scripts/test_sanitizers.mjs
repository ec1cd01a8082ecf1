// Runs the native kernel tests under AddressSanitizer and UndefinedBehaviorSanitizer.
import { spawnSync } from 'node:child_process';
import { buildNativeProgram } from './native_test_build.mjs';

const flags = ['-O1', '-g', '-fno-omit-frame-pointer', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
const program = buildNativeProgram('sanitized', 'test/native', flags);
process.exitCode = spawnSync(program, { stdio: 'inherit' }).status ?? 1;
