/** URLs in place of paths: those of files are read, nothing is ever fetched, and the message says who fetches. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { load, loadHead, type Model, mobilenetV1, trainHead } from '../../lib/index';
import { noise, pngOf } from '../fixtures/pictures';
import { smallFloatNetwork } from '../fixtures/small_tflite';
import { buildTflite } from '../fixtures/tflite_builder';

const folder = mkdtempSync(join(tmpdir(), 'mobilenet-edge-urls-'));
const pathOf = (name: string) => join(folder, name);
let model: Model;

beforeAll(async () => {
  model = await load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 2 }), { backend: 'wasm' });
  const picture = noise(20, 14, 3);
  const examples = [0, 1].map((i) => ({ image: picture, label: `class ${i}` }));
  writeFileSync(pathOf('model'), buildTflite(smallFloatNetwork()));
  writeFileSync(pathOf('labels'), 'a\nb\nc\nd\ne\n');
  writeFileSync(pathOf('picture'), pngOf(picture));
  writeFileSync(pathOf('head'), (await trainHead(examples, { model })).save());
});
afterAll(() => {
  model.close();
  rmSync(folder, { recursive: true });
});

/** What takes a path or URL, by the name of a file. */
const READERS: [name: string, code: string, remedy: RegExp, read: (url: string | URL) => Promise<unknown>][] = [
  ['model', 'INVALID_ARGUMENT', /fetch the model/, async (url) => (await load(url, { backend: 'wasm' })).close()],
  ['head', 'INVALID_ARGUMENT', /fetch the head/, (url) => loadHead(url, { model })],
  ['picture', 'IMAGE_NOT_FOUND', /fetch the picture/, (url) => model.classify(url)],
  [
    'labels',
    'LABELS_INVALID',
    /fetch the names/,
    async (labels) => (await load(pathOf('model'), { labels, backend: 'wasm' })).close(),
  ],
];

test.each(READERS)('a %s by its file: URL, as a URL and as a string', async (name, _code, _remedy, read) => {
  const url = pathToFileURL(pathOf(name));
  for (const source of [url, String(url), String(url).replace('file:', 'FILE:')]) await read(source);
});

test.each(READERS)('a %s on the web', async (name, code, remedy, read) => {
  for (const source of [`https://example.org/${name}`, new URL(`http://example.org/${name}`)]) {
    await expect(read(source)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(new RegExp(`a path or a file: URL but received http.*${remedy.source}`)),
    });
  }
});
