// Compiles assembly/ to dist/wasm: for plain SIMD and for relaxed SIMD a module that runs on one thread, and one that
// shares its memory with others. Does nothing if all are newer than every source.
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
// No allocator and no assertions: the kernels only see addresses that TypeScript gives them.
const common = ['-O3', '--runtime', 'stub', '--noAssert', '--importMemory', '--noExportMemory', '--enable', 'simd'];
const relaxed = ['--enable', 'relaxed-simd'];
const shared = ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'];
const builds = [
  { name: 'simd128', entry: 'execute', flags: [] },
  { name: 'relaxed-simd', entry: 'execute', flags: relaxed },
  { name: 'simd128.threads', entry: 'execute_team', flags: shared },
  { name: 'relaxed-simd.threads', entry: 'execute_team', flags: [...relaxed, ...shared] },
];

function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

const sources = readdirSync(join(root, 'assembly'), { recursive: true }).map((path) => join(root, 'assembly', path));
const newest = Math.max(modified(fileURLToPath(import.meta.url)), ...sources.map(modified));

mkdirSync(join(root, 'dist', 'wasm'), { recursive: true });
for (const { name, entry, flags } of builds) {
  const output = join('dist', 'wasm', `mobilenet_edge.${name}.wasm`);
  if (modified(join(root, output)) > newest) continue;
  const { error, stderr } = await asc.main([`assembly/${entry}.ts`, '--outFile', output, ...common, ...flags], {
    baseDir: root,
  });
  if (error) {
    console.error(`Building ${output} failed:\n${stderr}`);
    process.exit(1);
  }
}
