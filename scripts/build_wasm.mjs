// Compiles assembly/ to dist/wasm: one module for plain SIMD, one for relaxed SIMD. Does nothing if both are newer
// than every source.
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const builds = [
  { name: 'simd128', flags: [] },
  { name: 'relaxed-simd', flags: ['--enable', 'relaxed-simd'] },
];

function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

const sources = readdirSync(join(root, 'assembly'), { recursive: true }).map((path) => join(root, 'assembly', path));
const newest = Math.max(modified(fileURLToPath(import.meta.url)), ...sources.map(modified));

mkdirSync(join(root, 'dist', 'wasm'), { recursive: true });
for (const { name, flags } of builds) {
  const output = join('dist', 'wasm', `mobilenet_edge.${name}.wasm`);
  if (modified(join(root, output)) > newest) continue;
  // No allocator and no assertions: the kernels only see addresses that TypeScript gives them.
  const memory = ['--runtime', 'stub', '--noAssert', '--importMemory', '--noExportMemory'];
  const { error, stderr } = await asc.main(
    ['assembly/execute.ts', '--outFile', output, '-O3', '--enable', 'simd', ...memory, ...flags],
    { baseDir: root },
  );
  if (error) {
    console.error(`Building ${output} failed:\n${stderr}`);
    process.exit(1);
  }
}
