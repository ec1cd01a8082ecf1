// Compiles lib/ to dist, then bundles what users of Node and of browsers load. Runs after the build of the wasm modules.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { hashSources, removeStamp, writeStamp } from './build_stamps.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const hashes = hashSources('dist');
removeStamp('dist');
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(1);
await import('./build_node.mjs');
await import('./build_browser.mjs');
writeStamp('dist', hashes);
