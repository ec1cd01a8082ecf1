import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveLabels } from '../lib/label_file';
import { parseLabels } from '../lib/labels';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'labels-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('parseLabels', () => {
  test.each<[string, string, string[]]>([
    ['plain', 'cat\ndog', ['cat', 'dog']],
    ['a newline at the end', 'cat\ndog\n\n', ['cat', 'dog']],
    ['CRLF and a byte order mark', '\uFEFFcat\r\ndog\r\n', ['cat', 'dog']],
    ["Teachable Machine's numbers", '0 cat\n1 big dog\n', ['cat', 'big dog']],
    ['numbers and two spaces', '0  cat\n1  dog', ['cat', 'dog']],
    ['names that begin with a number', '0 cat\n7 dwarfs', ['0 cat', '7 dwarfs']],
    ['an empty name in between', 'cat\n\ndog', ['cat', '', 'dog']],
    ['duplicates', 'crane\ncrane', ['crane', 'crane']],
    ['nothing', '', []],
  ])('%s', (_name, text, expected) => {
    expect(parseLabels(text)).toEqual(expected);
  });
});

describe('resolveLabels', () => {
  test('none; those of the model file; those given go first', async () => {
    expect(await resolveLabels(undefined, undefined, 2)).toBeUndefined();
    expect(await resolveLabels(undefined, ['a', 'b'], 2)).toEqual(['a', 'b']);
    expect(await resolveLabels(['c', 'd'], ['a', 'b'], 2)).toEqual(['c', 'd']);
  });

  test('a text file by path, URL and URL text', async () => {
    const path = join(folder, 'labels.txt');
    await writeFile(path, '0 cat\r\n1 dog\r\n');
    for (const source of [path, pathToFileURL(path), String(pathToFileURL(path))]) {
      expect(await resolveLabels(source, undefined, 2)).toEqual(['cat', 'dog']);
    }
  });

  const imageNet = ['tench, Tinca tinca', ...Array.from({ length: 999 }, (_, i) => `class ${i + 1}`)];
  test('1000 names for 1001 classes get a background, 1001 for 1000 lose theirs', async () => {
    for (const first of ['tench', 'tench, Tinca tinca', 'n01440764 tench']) {
      expect(await resolveLabels([first, ...imageNet.slice(1)], undefined, 1001)).toEqual([
        'background',
        first,
        ...imageNet.slice(1),
      ]);
    }
    for (const first of ['background', 'Background', 'dummy']) {
      expect(await resolveLabels([first, ...imageNet], undefined, 1000)).toEqual(imageNet);
    }
    expect(await resolveLabels(undefined, ['background', ...imageNet], 1000)).toEqual(imageNet);
  });

  test.each<[string, string[], number]>([
    ['1000 other names for 1001 classes', ['cat', ...imageNet.slice(1)], 1001],
    ['1001 names without a background for 1000', ['cat', ...imageNet], 1000],
    ['a background too many elsewhere', ['background', 'a', 'b'], 2],
    ['too few', ['a'], 2],
    ['none', [], 2],
  ])('%s: an error that says both counts', async (_name, labels, classes) => {
    await expect(resolveLabels(labels, undefined, classes)).rejects.toMatchObject({
      code: 'LABELS_INVALID',
      message: expect.stringMatching(new RegExp(`${classes} labels.* ${labels.length}`)),
    });
  });

  test('what is not labels', async () => {
    const binary = join(folder, 'picture.png');
    await writeFile(binary, Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe));
    for (const labels of [
      join(folder, 'nothing.txt'),
      folder,
      binary,
      [1, 2],
      7,
      {},
      'https://example.org/labels.txt',
    ]) {
      await expect(resolveLabels(labels as string[], undefined, 2)).rejects.toMatchObject({ code: 'LABELS_INVALID' });
    }
  });
});
