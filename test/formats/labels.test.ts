import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chooseLabels, parseLabels } from '../../lib/formats/shared/labels';
import { readGivenLabels } from '../../lib/node/label_file';
import type { Graph } from '../../lib/ops';
import { longTexts } from '../support/long_texts';

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
    ['lines that end as on old Macs', 'cat\rdog\r', ['cat', 'dog']],
    ["TensorFlow's placeholder of classes that are not in use", '???\nperson\n???\n', ['???', 'person', '???']],
    ['digits as names', '0\n1\n2', ['0', '1', '2']],
    ['numbers alone are no numbered names', '0 cat\n1\n', ['0 cat', '1']],
    ['nothing', '', []],
  ])('%s', (_name, text, expected) => {
    expect(parseLabels(text)).toEqual(expected);
  });
});

describe('texts of a megabyte end, in labels as everywhere', () => {
  test.each(longTexts)('%s', (_name, text) => {
    expect(parseLabels(text).length).toBeLessThanOrEqual(text.length);
    expect(parseLabels(`0${text}a\rb\n1 c`).length).toBeGreaterThanOrEqual(1);
    const graph = graphOf(1001);
    const imageNet = Array.from({ length: 1000 }, () => `n01440764${text}`);
    expect(chooseLabels(undefined, { graph, labels: imageNet }).labels).toBeUndefined();
  });
});

/** As much of a Graph as matters here. */
function graphOf(classes: number): Graph {
  const output = { name: 'output', shape: [1, classes], type: 'float32' as const };
  return { input: output, outputs: [output], nodes: [] };
}

describe('which labels a model gets', () => {
  const choose = (given: unknown, labels: string[] | undefined, classes: number) =>
    chooseLabels(given, { graph: graphOf(classes), labels });

  test('none; those of the model file; those given go first', () => {
    expect(choose(undefined, undefined, 2)).toEqual({ labels: undefined, warnings: [] });
    expect(choose(undefined, ['a', 'b'], 2).labels).toEqual(['a', 'b']);
    expect(choose(['c', 'd'], ['a', 'b'], 2).labels).toEqual(['c', 'd']);
  });

  test('of those beside the model the first that fit; where none do, a warning of each', () => {
    const graph = graphOf(2);
    const beside = (...labels: string[]) => ({ where: `${labels.length}.txt`, labels });
    const three = beside('a', 'b', 'c');
    expect(chooseLabels(undefined, { graph, labelFiles: [three, beside('d', 'e'), beside('f', 'g')] })).toEqual({
      labels: ['d', 'e'],
      warnings: [],
    });
    expect(chooseLabels(undefined, { graph, labels: ['x'], labelFiles: [three] })).toEqual({
      labels: undefined,
      warnings: [
        expect.stringMatching(/^The labels in the model are not used.* 2 labels.*received 1/),
        expect.stringMatching(/^The labels in 3.txt are not used.* 2 labels.*received 3 \(the first is 'a'\)/),
      ],
    });
  });

  test('a text file by path, URL and URL text', async () => {
    const path = join(folder, 'labels.txt');
    await writeFile(path, '0 cat\r\n1 dog\r\n');
    for (const source of [path, pathToFileURL(path), String(pathToFileURL(path))]) {
      expect(await readGivenLabels(source)).toEqual(['cat', 'dog']);
    }
  });

  const imageNet = ['tench, Tinca tinca', ...Array.from({ length: 999 }, (_, i) => `class ${i + 1}`)];
  test('1000 names for 1001 classes get a background, 1001 for 1000 lose theirs', () => {
    for (const first of ['tench', 'tench, Tinca tinca', 'n01440764 tench']) {
      const names = [first, ...imageNet.slice(1)];
      expect(choose(names, undefined, 1001).labels).toEqual(['background', ...names]);
    }
    for (const first of ['background', 'Background', 'dummy']) {
      expect(choose([first, ...imageNet], undefined, 1000).labels).toEqual(imageNet);
    }
    expect(choose(undefined, ['background', ...imageNet], 1000).labels).toEqual(imageNet);
  });

  test.each<[string, string[], number]>([
    ['1000 other names for 1001 classes', ['cat', ...imageNet.slice(1)], 1001],
    ['1001 names without a background for 1000', ['cat', ...imageNet], 1000],
    ['a background too many elsewhere', ['background', 'a', 'b'], 2],
    ['too few', ['a'], 2],
    ['none', [], 2],
  ])('%s: an error that says both counts', (_name, labels, classes) => {
    const counts = expect.stringMatching(new RegExp(`${classes} labels.* ${labels.length}`));
    expect(() => choose(labels, undefined, classes)).toThrow(
      expect.objectContaining({ code: 'LABELS_INVALID', message: counts }),
    );
  });

  test.each([[[1, 2]], [7], [{}], [null]])('%j is no labels', (labels) => {
    expect(() => choose(labels, undefined, 2)).toThrow(expect.objectContaining({ code: 'LABELS_INVALID' }));
  });

  test('files that are no labels, each by name', async () => {
    const files: [string, string | Uint8Array, RegExp][] = [
      ['picture.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), /PNG picture/],
      ['latin1.txt', Uint8Array.of(0x63, 0xe4, 0x74), /UTF-8/],
      ['pointer.txt', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n', /git lfs pull/],
      ['page.txt', '<!DOCTYPE html><title>Not found</title>', /HTML page/],
      ['huge.txt', new Uint8Array(5 << 20).fill(0x61), /bytes/],
    ];
    for (const [name, content, message] of files) {
      await writeFile(join(folder, name), content);
      await expect(readGivenLabels(join(folder, name))).rejects.toMatchObject({
        code: 'LABELS_INVALID',
        message: expect.stringMatching(message),
      });
    }
    await writeFile(join(folder, 'cars.txt'), 'BMW\nAudi\n');
    expect(await readGivenLabels(join(folder, 'cars.txt'))).toEqual(['BMW', 'Audi']);
  });

  test('what is not there, and paths that no file can have', async () => {
    for (const path of [
      join(folder, 'nothing.txt'),
      folder,
      'a\0b',
      'file:///a%00b',
      'file://host/x',
      'https://a.b/c',
    ]) {
      await expect(readGivenLabels(path)).rejects.toMatchObject({ code: 'LABELS_INVALID' });
    }
  });
});
