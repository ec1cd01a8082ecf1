/** Which names a model gets from text files beside it, and what is said of those that do not fit. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { load } from '../../lib/index';
import { withArchive } from '../fixtures/label_archive';
import { smallFloatNetwork } from '../fixtures/small_tflite';
import { buildMetadata, buildTflite } from '../fixtures/tflite_builder';
import { runCli } from '../support/run_cli';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const MODEL = buildTflite(smallFloatNetwork());

let root: string;
let folders = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'beside-'));
});
afterAll(() => rm(root, { recursive: true }));

/** The path of a model with these files beside it. */
async function modelWith(files: Record<string, string | Uint8Array>, model: Uint8Array = MODEL, name = 'cats.tflite') {
  const folder = join(root, `${folders++}`);
  await mkdir(folder);
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content);
  await writeFile(join(folder, name), model);
  return join(folder, name);
}

const pixels = { data: new Uint8Array(9 * 9 * 3).fill(99), width: 9, height: 9, channels: 3 } as const;

/** The names in the order of the classes, and the warnings. */
async function loaded(source: string | Uint8Array, options: Parameters<typeof load>[1] = {}) {
  const model = await load(source, { backend: 'wasm', ...options });
  const classes = await model.classify(pixels);
  model.close();
  const names = classes.toSorted((x, y) => x.index - y.index).map(({ className }) => className);
  return { names, warnings: model.info.warnings };
}

const numbers = NAMES.map((_, i) => `class ${i}`);
const list = (mark: string) => NAMES.map((name) => `${name} ${mark}`);

test('the file of the model itself goes first, then the names that tools give', async () => {
  const order = ['cats.txt', 'cats_labels.txt', 'labels.txt', 'dict.txt', 'labelmap.txt'];
  for (let first = 0; first < order.length; first++) {
    const files = Object.fromEntries(order.slice(first).map((name) => [name, list(name).join('\n')]));
    expect(await loaded(await modelWith(files))).toEqual({ names: list(order[first]), warnings: [] });
  }
});

test('the first file that fits is taken, without a word of the others', async () => {
  const path = await modelWith({ 'labels.txt': 'one\ntwo\n', 'dict.txt': NAMES.join('\n') });
  expect(await loaded(path)).toEqual({ names: NAMES, warnings: [] });
});

test('numbered lines, and placeholders of classes that are not in use', async () => {
  const path = await modelWith({ 'labels.txt': '0 ???\r\n1 big dog\r\n2 ???\r\n3 d\r\n4 e\r\n' });
  expect((await loaded(path)).names).toEqual(['???', 'big dog', '???', 'd', 'e']);
});

test('other names of models, and none beside those in memory', async () => {
  const files = { 'model.bin.txt': NAMES.join('\n') };
  expect((await loaded(await modelWith(files, MODEL, 'model.bin'))).names).toEqual(NAMES);
  expect(await loaded(MODEL)).toEqual({ names: numbers, warnings: [] });
});

test('names inside go first; those given before all, and nothing is said of others then', async () => {
  const metadata = buildMetadata({ labelFiles: [['inside.txt']] });
  const network = buildTflite({ ...smallFloatNetwork(), metadata });
  const model = withArchive(network, { 'inside.txt': list('inside').join('\n') });
  const files = { 'labels.txt': list('beside').join('\n') };
  expect(await loaded(await modelWith(files, model))).toEqual({ names: list('inside'), warnings: [] });
  const lost = await modelWith(files, network);
  expect((await loaded(lost)).names).toEqual(list('beside'));
  expect(await loaded(lost, { labels: NAMES })).toEqual({ names: NAMES, warnings: [] });
  expect(await loaded(network)).toEqual({ names: numbers, warnings: [expect.stringContaining('inside.txt')] });
});

test.each<[string, string | Uint8Array, RegExp]>([
  ['too few', 'a\nb\n', /labels\.txt.*Expected 5 labels.*received 2/],
  [
    'a Git LFS pointer',
    'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n',
    /labels\.txt.*git lfs pull/,
  ],
  ['a picture', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), /labels\.txt.*JPEG/],
  ['no UTF-8', Uint8Array.of(0x63, 0xe4, 0x0a), /labels\.txt.*UTF-8/],
  ['huge', new Uint8Array(5 << 20).fill(0x0a), /labels\.txt.*bytes/],
])('a file that is %s is a warning', async (_name, content, warning) => {
  const path = await modelWith({ 'labels.txt': content });
  expect(await loaded(path)).toEqual({ names: numbers, warnings: [expect.stringMatching(warning)] });
});

test.skipIf(process.platform === 'win32')('a pipe is a warning, and nobody waits for it', async () => {
  const path = await modelWith({});
  execFileSync('mkfifo', [join(path, '..', 'labels.txt')]);
  expect(await loaded(path)).toEqual({ names: numbers, warnings: [expect.stringMatching(/labels\.txt.*pipe/)] });
});

test('warnings hold nothing that a terminal obeys, and are not endless', async () => {
  const name = `\x1b[2J\u202e${'x'.repeat(5000)}`;
  const model = buildTflite({ ...smallFloatNetwork(), metadata: buildMetadata({ labelFiles: [[name]] }) });
  const [warning] = (await loaded(model)).warnings;
  expect(warning).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  expect(warning.length).toBeLessThan(1000);
});

test('the command line prints warnings on stderr, or has them in its JSON', async () => {
  const path = await modelWith({ 'labels.txt': 'a\nb\n', 'picture.bmp': bmp() });
  const picture = join(path, '..', 'picture.bmp');
  const people = await runCli(['classify', picture, '--model', path, '--backend', 'wasm']);
  expect(people).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('class 4') });
  expect(people.stderr).toMatch(/^mobilenet-edge: warning: .*labels\.txt.*\n$/);
  const programs = await runCli(['classify', picture, '--model', path, '--backend', 'wasm', '--json']);
  expect(programs).toMatchObject({ exitCode: 0, stderr: '' });
  expect(JSON.parse(programs.stdout).model.warnings).toEqual([expect.stringContaining('labels.txt')]);
});

/** One grey pixel, 24 bits. */
function bmp(): Uint8Array {
  const bytes = new Uint8Array(58).fill(99, 54);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  for (const [at, value] of [
    [2, 58],
    [10, 54],
    [14, 40],
    [18, 1],
    [22, 1],
    [34, 4],
  ])
    view.setUint32(at, value, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  return bytes;
}
