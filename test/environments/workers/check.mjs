import { join } from 'node:path';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';

export default ({ folder }) => {
  let answers;
  async function ask() {
    const out = join(folder, 'out');
    await build({
      entryPoints: [join(folder, 'worker.mjs')],
      bundle: true,
      format: 'esm',
      outdir: out,
      outExtension: { '.js': '.mjs' },
      loader: { '.wasm': 'copy' },
      logLevel: 'error',
    });
    const server = new Miniflare({
      modules: true,
      scriptPath: join(out, 'worker.mjs'),
      modulesRoot: out,
      modulesRules: [
        { type: 'ESModule', include: ['**/*.mjs'] },
        { type: 'CompiledWasm', include: ['**/*.wasm'] },
      ],
      compatibilityDate: '2026-01-01',
    });
    try {
      return (await (await server.dispatchFetch('http://localhost/')).text()).split('; ');
    } finally {
      await server.dispose();
    }
  }
  const answer = async (i) => (await (answers ??= ask()))[i];
  return [
    {
      name: 'Cloudflare Workers (miniflare 4), a WebAssembly.Module in wasmBinary',
      promise: 'simd128',
      answer: () => answer(0),
    },
    {
      name: 'Cloudflare Workers (miniflare 4), no wasmBinary',
      promise: 'MobileNetEdgeError BACKEND_UNAVAILABLE',
      answer: () => answer(1),
    },
  ];
};
