// Bundles the browser entries to dist/browser: index.mjs, which finds host.mjs and the .wasm files beside it, and
// inline.mjs, which has all of them inside. Runs after tsc and the build of the wasm modules.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'dist', 'browser');

/** Bundles lib/browser/<name>.mts with everything that it imports. */
async function bundle(name, minify, options = {}) {
  await build({
    input: join(root, 'lib', 'browser', `${name}.mts`),
    platform: 'browser',
    logLevel: 'warn',
    // No module of ours does anything but define what it exports, save the entries.
    treeshake: { moduleSideEffects: false },
    resolve: { extensionAlias: { '.js': ['.ts', '.js'], '.mjs': ['.mts', '.mjs'] } },
    ...options,
    output: { file: join(folder, `${name}.mjs`), format: 'esm', minify, codeSplitting: false },
  });
}

const HOST = /[\\/]host\.mjs$/;
const ASSETS = /inlined_assets\.mjs$/;

/** In this order each module is within the compressor's reach of the one that it is most alike. */
const MODULES = ['relaxed-simd', 'relaxed-simd.threads', 'simd128.threads', 'simd128'];

function inlinedAssets() {
  const modules = MODULES.map((name) => readFileSync(join(root, 'dist', 'wasm', `mobilenet_edge.${name}.wasm`)));
  const sizes = Object.fromEntries(MODULES.map((name, i) => [name, modules[i].length]));
  const gzip = gzipSync(Buffer.concat(modules), { level: 9 }).toString('base64');
  return {
    name: 'inlined-assets',
    resolveId: { filter: { id: ASSETS }, handler: () => '\0inlined_assets' },
    load: {
      filter: { id: /^\0inlined_assets$/ },
      handler: () => `
        export const HOST_SCRIPT = ${JSON.stringify(readFileSync(join(folder, 'host.mjs'), 'utf8'))};
        export const WASM_ARCHIVE = ${JSON.stringify({ sizes, gzip })};`,
    },
  };
}

// What tsc has made of lib/browser is for Node's module system, which has no use for it; its types are kept.
for (const file of readdirSync(folder)) if (/\.m?js$/.test(file)) rmSync(join(folder, file));
await bundle('host', true);
// Strings stay strings: bundlers know a worker by the very form of its expression.
await bundle('index', { compress: true, mangle: true, codegen: false }, { external: HOST });
await bundle('inline', true, { plugins: [inlinedAssets()] });
