import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodeFileTrace } from '@vercel/nft';

export default ({ folder, ask, WORKS }) => {
  /** A copy of the traced files alone, where nothing else can be found. */
  async function deployed(program) {
    const { fileList } = await nodeFileTrace([join(folder, program)], { base: folder });
    const out = join(folder, '..', 'traced', program);
    for (const path of fileList) {
      mkdirSync(dirname(join(out, path)), { recursive: true });
      cpSync(join(folder, path), join(out, path));
    }
    return out;
  }
  return [
    { name: 'Node, require', promise: WORKS, answer: () => ask('use.cjs') },
    { name: 'Node, import', promise: WORKS, answer: () => ask('use.mjs') },
    ...['use.cjs', 'use.mjs'].map((program) => ({
      name: `@vercel/nft, ${program === 'use.cjs' ? 'require' : 'import'}`,
      promise: WORKS,
      answer: async () => ask(program, await deployed(program)),
    })),
    {
      name: '@vercel/nft, without node-gyp-build',
      promise: 'wasm; wasm',
      async answer() {
        const out = await deployed('use.cjs');
        rmSync(join(out, 'node_modules', 'node-gyp-build'), { recursive: true });
        return ask('use.cjs', out);
      },
    },
  ];
};
