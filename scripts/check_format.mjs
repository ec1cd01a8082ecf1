// Checks the C++ sources against .clang-format. Generated files count too: their generator writes them formatted.
import { execFileSync, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const files = execFileSync('git', ['ls-files', '*.c', '*.cc', '*.h', '*.inl'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter(Boolean);
const fix = process.argv.includes('--fix');
const options = fix ? ['-i'] : ['--dry-run', '--Werror'];
const { status, error } = spawnSync('clang-format', [...options, ...files], { cwd: root, stdio: 'inherit' });
if (error) {
  console.error(`clang-format could not be started (${error.message}); install it, e.g. apt-get install clang-format`);
  process.exit(1);
}
process.exit(status ?? 1);
