import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { nsfwjsModel } from '../../scripts/nsfwjs_model.mjs';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The default model, from the npm package nsfwjs, as the two files of a tfjs model; and the picture that is shown first. */
function bundledFiles(): Plugin {
  const { modelTopology, weightSpecs, weightData } = nsfwjsModel();
  const manifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
  const files: Record<string, () => string | Uint8Array> = {
    'model/model.json': () => JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest: manifest }),
    'model/weights.bin': () => new Uint8Array(weightData),
    'baboon.png': () => readFileSync(at('../../node_modules/baboon-image/baboon.png')),
  };
  return {
    name: 'bundled-files',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const file = files[request.url?.split('?')[0].replace(/^\//, '') ?? ''];
        if (file) response.end(file());
        else next();
      });
    },
    generateBundle() {
      for (const [fileName, source] of Object.entries(files)) {
        this.emitFile({ type: 'asset', fileName, source: source() });
      }
    },
  };
}

// What SharedArrayBuffer, and with it threads, asks for.
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default defineConfig({
  root: at('.'),
  base: './',
  plugins: [bundledFiles()],
  resolve: { alias: { 'mobilenet-edge': at('../../dist/browser/index.mjs') } },
  optimizeDeps: { exclude: ['mobilenet-edge'] },
  build: { outDir: at('dist'), emptyOutDir: true, target: 'es2022' },
  worker: { format: 'es' },
  server: { headers, fs: { allow: [at('../..')] } },
  preview: { headers },
});
