// Runs the native kernel tests and random Programs under AddressSanitizer and UndefinedBehaviorSanitizer, and the tests of
// threads under ThreadSanitizer. Arguments are those of the random Programs: `-- --programs 100000 --seed 7`.
import { spawnSync } from 'node:child_process';
import { buildNativeEngine, buildNativeProgram } from './native_test_build.mjs';

const COMMON = ['-O1', '-g', '-fno-omit-frame-pointer'];
const ADDRESSES = [...COMMON, '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
const THREADS = [...COMMON, '-fsanitize=thread'];

function run(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (error) console.error(error.message);
  if (status !== 0) process.exitCode = 1;
}

const engine = buildNativeEngine('sanitized', ADDRESSES);
run(buildNativeProgram('sanitized', 'test/native', ADDRESSES, { engine }), []);
run(buildNativeProgram('sanitized_fuzz', 'test/native/fuzz', ADDRESSES, { engine }), process.argv.slice(2));
run(buildNativeProgram('thread_sanitized', 'test/native', THREADS), ['--team']);
