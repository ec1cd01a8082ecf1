import { join } from 'node:path';
import commonjs from '@rollup/plugin-commonjs';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import * as esbuild from 'esbuild';
import { rollup } from 'rollup';
import webpack from 'webpack';

const EXTERNAL = ['mobilenet-edge'];

export default ({ folder, ask, WORKS, SAYS_EXTERNAL }) => {
  async function withEsbuild(program, outfile, external) {
    const format = program.endsWith('.mjs') ? 'esm' : 'cjs';
    const common = { bundle: true, platform: 'node', logLevel: 'error' };
    await esbuild.build({ ...common, entryPoints: [join(folder, program)], outfile, external, format });
  }

  async function withRollup(program, file, external) {
    const plugins = [nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs()];
    const bundle = await rollup({ input: join(folder, program), plugins, external, onLog() {} });
    await bundle.write({ file, format: 'es', inlineDynamicImports: true });
  }

  async function withWebpack(program, file, external) {
    const compiler = webpack({
      mode: 'production',
      target: 'node',
      context: folder,
      entry: `./${program}`,
      externals: Object.fromEntries(external.map((name) => [name, `commonjs ${name}`])),
      output: { path: folder, filename: file.slice(folder.length + 1) },
    });
    const stats = await new Promise((resolve, reject) =>
      compiler.run((error, done) => (error ? reject(error) : resolve(done))),
    );
    if (stats.hasErrors()) throw new Error(stats.toString('errors-only'));
  }

  const bundled = [
    ['esbuild 0.28, CommonJS', withEsbuild, 'use.cjs', 'cjs'],
    ['esbuild 0.28, ES modules', withEsbuild, 'use.mjs', 'mjs'],
    ['rollup 4, ES modules', withRollup, 'use.mjs', 'mjs'],
    ['webpack 5, CommonJS', withWebpack, 'use.cjs', 'cjs'],
    ['webpack 5, ES modules', withWebpack, 'use.mjs', 'cjs'],
  ];
  return bundled.flatMap(([name, build, program, extension]) =>
    [EXTERNAL, []].map((external) => ({
      name: `${name}, ${external.length > 0 ? 'external' : 'bundled'}`,
      promise: external.length > 0 ? WORKS : SAYS_EXTERNAL,
      async answer() {
        const out = `${build.name}_${program.replace('.', '_')}_${external.length}.${extension}`;
        await build(program, join(folder, out), external);
        return ask(out);
      },
    })),
  );
};
