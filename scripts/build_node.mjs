// Bundles what Node's users start, dist/index.js and dist/cli/main.js, in place of what tsc made of them: to load some
// hundred modules one by one takes 6 MB and 20 ms. What they load only when it is needed is in dist/chunks. The workers
// and tools keep tsc's modules. Runs after tsc.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = (name) => join(root, 'lib', `${name}.ts`);

rmSync(join(root, 'dist', 'chunks'), { recursive: true, force: true });
await build({
  input: { index: source('index'), 'cli/main': source('cli/main') },
  platform: 'node',
  logLevel: 'warn',
  // Other packages stay what they are, but for those of which the command line needs a few functions (THIRD_PARTY.md).
  external: (id) => /^[^./]/.test(id) && id !== 'picomatch',
  resolve: { extensionAlias: { '.js': ['.ts'] } },
  output: { dir: join(root, 'dist'), format: 'cjs', chunkFileNames: 'chunks/[name].js', comments: false },
});
