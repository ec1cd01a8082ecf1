/** The check that the package holds no module in vain. */
import { describe, expect, test } from 'vitest';
import { unreachedModules } from '../../scripts/unreached_modules.mjs';

const FILES: Record<string, string> = {
  'dist/index.js': "module.exports = require('./a');",
  'dist/a.js': "new Worker((0, node_path.join)(__dirname, '..', 'dist', 'thread.js'));",
  'dist/thread.js': '',
  'dist/esm.mjs': 'export * from "./index.js";',
  'dist/page.mjs': 'new URL("./host.mjs", import.meta.url)',
  'dist/host.mjs': '',
  'dist/main.js': '',
  'dist/stale.js': "require('./index.js')",
  'README.md': '',
};
const MANIFEST = {
  main: './dist/index.js',
  exports: { '.': { import: './dist/esm.mjs', default: './dist/page.mjs' } },
  bin: { command: 'dist/main.js' },
};

describe('unreachedModules', () => {
  test('follows require, import, URLs and joined paths from exports and commands', () => {
    expect(unreachedModules(MANIFEST, Object.keys(FILES), (path: string) => FILES[path])).toEqual(['dist/stale.js']);
  });
});
