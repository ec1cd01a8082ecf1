// Compiles assembly/ to dist/wasm: for plain SIMD and for relaxed SIMD a module that runs on one thread, and one that
// shares its memory with others. Does nothing if all were built from these sources.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { hashSources, removeStamp, staleness, writeStamp } from './build_stamps.mjs';

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

if (!staleness('wasm')) process.exit(0);
const hashes = hashSources('wasm');
removeStamp('wasm');
mkdirSync(join(root, 'dist', 'wasm'), { recursive: true });
for (const { name, entry, flags } of builds) {
  const output = join('dist', 'wasm', `mobilenet_edge.${name}.wasm`);
  const { error, stderr } = await asc.main([`assembly/${entry}.ts`, '--outFile', output, ...common, ...flags], {
    baseDir: root,
  });
  if (error) {
    console.error(`Building ${output} failed:\n${stderr}`);
    process.exit(1);
  }
}
writeStamp('wasm', hashes);
