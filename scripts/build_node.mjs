// Bundles what Node's users start, in place of what tsc made of it: to load some hundred modules one by one takes 6 MB and
// 20 ms. dist/bundle has it all, the scripts of threads too, and what is loaded only when it is needed in chunks; dist/cli/main.js
// is the command line; dist/index.js and dist/esm.mjs are the doors to the bundle. Runs after tsc, whose other modules serve
// tests and tools and are not in the package.
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = (name) => join(root, 'lib', `${name}.ts`);

/** All files are two folders below the package, where lib/node/package_files.ts wants to be. */
async function bundle(input) {
  await build({
    input,
    platform: 'node',
    logLevel: 'warn',
    // Other packages stay what they are, but for those of which the command line needs a few functions (THIRD_PARTY.md).
    external: (id) => /^[^./]/.test(id) && id !== 'picomatch',
    resolve: { extensionAlias: { '.js': ['.ts'] } },
    output: {
      dir: join(root, 'dist'),
      format: 'cjs',
      chunkFileNames: 'bundle/[name].js',
      comments: false,
      // jest has no import() in CommonJS without a flag.
      dynamicImportInCjs: false,
    },
  });
}

rmSync(join(root, 'dist', 'bundle'), { recursive: true, force: true });
await bundle({
  'bundle/index': source('index'),
  'bundle/errors': source('base/errors'),
  'cli/main': source('cli/main'),
});
// A thread loads one file.
await bundle({ 'bundle/wasm_worker': source('node/engines/wasm_worker') });
await bundle({ 'bundle/wasm_assistant': source('node/engines/wasm_assistant') });
await bundle({ 'bundle/decode_worker': source('node/pictures/decode_worker') });
// libjpeg-turbo in our own folder: whoever traces or moves the package finds it (THIRD_PARTY.md).
copyFileSync(
  createRequire(import.meta.url).resolve('@cwasm/jpeg-turbo/jpeg-turbo.wasm'),
  join(root, 'dist', 'bundle', 'jpeg_turbo.wasm'),
);
writeFileSync(
  join(root, 'dist', 'index.js'),
  `// esbuild's bundles of ECMAScript modules have no require(), which throws there before anything of ours runs.
try {
  module.exports = require('./bundle/index.js');
} catch (cause) {
  if (!/^Dynamic require of/.test(cause.message)) throw cause;
  const { MobileNetEdgeError } = require('./bundle/errors.js');
  throw new MobileNetEdgeError(
    'BACKEND_UNAVAILABLE',
    \`Expected require() in this bundle but there is none (\${cause.message}): mark 'mobilenet-edge' as external\`,
    { cause },
  );
}
`,
);
