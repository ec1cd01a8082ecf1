import { copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../support/package_root';

// A package of its own: the script looks at the one that it lies in.
const root = mkdtempSync(join(tmpdir(), 'mobilenet-edge-stamps-'));
const SCRIPT = join('scripts', 'build_stamps.mjs');
let stamps: typeof import('../../scripts/build_stamps.mjs');

function put(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

beforeAll(async () => {
  mkdirSync(join(root, 'scripts'));
  copyFileSync(join(packageRoot(), SCRIPT), join(root, SCRIPT));
  put('native/kernels/scalar.cc', 'int a;');
  put('native/cpu.cc', 'int b;');
  put('binding.gyp', '{}');
  stamps = await import(pathToFileURL(join(root, SCRIPT)).href);
});
afterAll(() => rmSync(root, { recursive: true }));

const reason = () => stamps.staleness('addon')?.reason;
const build = () => {
  put('build/Release/mobilenet_edge.node', 'addon');
  stamps.writeStamp('addon', stamps.hashSources('addon'));
};

test('an output that is missing, or was built by who knows what, is stale', () => {
  expect(stamps.staleness('addon')).toEqual({
    reason: 'build/Release/mobilenet_edge.node is missing',
    command: 'npm run build:native',
  });
  put('build/Release/mobilenet_edge.node', 'addon');
  expect(reason()).toBe('what build/Release/mobilenet_edge.node was built from is not known');
  build();
  expect(reason()).toBeUndefined();
  stamps.removeStamp('addon');
  expect(reason()).toMatch(/is not known$/);
});

test.each([
  ['changed', () => put('native/cpu.cc', 'int c;'), 'native/cpu.cc changed'],
  ['new', () => put('native/new.cc', ''), 'native/new.cc changed'],
  ['gone', () => rmSync(join(root, 'native', 'kernels'), { recursive: true }), 'native/kernels/scalar.cc changed'],
  [
    'of several',
    () => ['binding.gyp', 'native/cpu.cc', 'native/d.cc'].map((file) => put(file, 'd')),
    'binding.gyp and 2 more changed',
  ],
])('a source that is %s makes its output stale, by name', (_kind, change, named) => {
  build();

  change();
  expect(reason()).toBe(`build/Release/mobilenet_edge.node was built before ${named}`);
});

test('times and files of other outputs say nothing', () => {
  build();
  utimesSync(join(root, 'native', 'cpu.cc'), new Date(), new Date(Date.now() + 60_000));
  put('lib/index.ts', '');
  expect(reason()).toBeUndefined();
});
