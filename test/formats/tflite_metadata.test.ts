/** TFLite metadata: normalization, label files, and what a quantized input says by itself. */
import { describe, expect, test } from 'vitest';
import { readModelFile } from '../../lib/node/read_model_file';
import { repeatedEntries, withArchive } from '../fixtures/label_archive';
import { expectError } from '../fixtures/read_tflite';
import { smallFloatNetwork, smallInt8Network } from '../fixtures/small_tflite';
import {
  buildMetadata,
  buildTflite,
  type TestMetadata,
  type TestModel,
  type TestOperator,
} from '../fixtures/tflite_builder';
import { longTexts } from '../support/long_texts';

function withMetadata(metadata: Uint8Array): Uint8Array {
  return buildTflite({ ...smallFloatNetwork(), metadata });
}

function withLabelFiles(...labelFiles: NonNullable<TestMetadata['labelFiles']>): Uint8Array {
  return withMetadata(buildMetadata({ labelFiles }));
}

describe('labels inside', () => {
  const languages = withLabelFiles(['ids.txt'], ['de.txt', 'de'], ['en.txt', 'en'], ['br.txt', 'pt-BR']);
  const texts = { 'ids.txt': '/m/0', 'de.txt': 'Papagei', 'en.txt': 'Parrot', 'br.txt': 'Papagaio' };

  test.each<[string | undefined, string]>([
    [undefined, 'Parrot'],
    ['en', 'Parrot'],
    ['en-GB', 'Parrot'],
    ['de', 'Papagei'],
    ['DE_AT', 'Papagei'],
    ['pt', 'Papagaio'],
  ])('labelsLocale %s', async (labelsLocale, name) => {
    const model = await readModelFile(withArchive(languages, texts), { labelsLocale });
    expect(model).toMatchObject({ labels: [name], warnings: [] });
  });

  test('a language that the model does not have is a warning, and English is used', async () => {
    const { labels, warnings } = await readModelFile(withArchive(languages, texts), { labelsLocale: 'fr' });
    expect(labels).toEqual(['Parrot']);
    expect(warnings).toEqual([expect.stringMatching(/'fr'.*de, en, pt-BR/)]);
  });

  test('without English the file that states no language, else the first', async () => {
    const files = { 'de.txt': 'eins\nzwei', 'plain.txt': 'one\r\ntwo\r\n' };
    const plain = withLabelFiles(['de.txt', 'de'], ['plain.txt']);
    expect((await readModelFile(withArchive(plain, files))).labels).toEqual(['one', 'two']);
    const german = withLabelFiles(['de.txt', 'de'], ['plain.txt', 'fr']);
    expect((await readModelFile(withArchive(german, files))).labels).toEqual(['eins', 'zwei']);
  });

  test.each<[string, (model: Uint8Array, files: Record<string, string>) => Uint8Array]>([
    ['with offsets from the begin of the file', (model, files) => withArchive(model, files)],
    ['appended by cat', (model, files) => withArchive(model, files, { offsets: 'archive' })],
    ['with zeros after it', (model, files) => withArchive(model, files, { after: new Uint8Array(999) })],
    [
      'appended by cat, with zeros',
      (model, files) => withArchive(model, files, { offsets: 'archive', after: new Uint8Array(16) }),
    ],
  ])('an archive %s', async (_name, append) => {
    const bytes = append(withLabelFiles(['labels.txt']), { 'other.txt': 'x', 'labels.txt': 'a\nb' });
    expect(await readModelFile(bytes)).toMatchObject({ labels: ['a', 'b'], warnings: [] });
  });

  test.each(['constructor', '__proto__', 'toString'])('a label file named %s', async (name) => {
    const files = Object.defineProperty({}, name, { value: 'a\nb', enumerable: true });
    expect(await readModelFile(withArchive(withLabelFiles([name]), files))).toMatchObject({ labels: ['a', 'b'] });
    const lost = await readModelFile(withArchive(withLabelFiles([name]), { 'other.txt': 'a' }));
    expect(lost.labels).toBeUndefined();
    expect(lost.warnings).toEqual([expect.stringContaining(name)]);
  });

  test.each<[string, Uint8Array]>([
    ['is not in the archive', withArchive(withLabelFiles(['x.txt']), { 'y.txt': 'y' })],
    ['has no archive', withLabelFiles(['x.txt'])],
  ])('a label file that %s: the model loads with a warning', async (_name, bytes) => {
    const model = await readModelFile(bytes);
    expect(model.labels).toBeUndefined();
    expect(model.warnings).toEqual([expect.stringContaining('x.txt')]);
    expect(model.graph.nodes.length).toBeGreaterThan(0);
    expect((await readModelFile(bytes, { withoutLabels: true })).warnings).toBeUndefined();
  });

  test.each<[string, Uint8Array]>([
    ['has no end', withArchive(withLabelFiles(['x.txt']), { 'x.txt': 'y' }).slice(0, -40)],
    ['has no directory', damagedAt(-22 - 51)],
    ['is no deflated data', damagedAt(-22 - 51 - 12)],
    ['would unpack to 64 MB', withArchive(withLabelFiles(['x.txt']), { 'x.txt': new Uint8Array(64 << 20) })],
  ])('an archive that %s is damaged: an error, but none where labels are given', async (_name, bytes) => {
    await expectError(bytes, 'MODEL_INVALID', /archive of label files.*damaged.*give labels/);
    expect((await readModelFile(bytes, { withoutLabels: true })).graph.nodes.length).toBeGreaterThan(0);
  });

  /** An archive with 10 wrong bytes, so far from the end. */
  function damagedAt(fromEnd: number): Uint8Array {
    const bytes = withArchive(withLabelFiles(['x.txt']), { 'x.txt': 'label '.repeat(99) });
    return bytes.fill(0xff, bytes.length + fromEnd, bytes.length + fromEnd + 10);
  }

  test('where the English names are lost, those of another file are used', async () => {
    const model = withLabelFiles(['de.txt', 'de'], ['en.txt', 'en']);
    const { labels, warnings } = await readModelFile(withArchive(model, { 'de.txt': 'eins' }));
    expect(labels).toEqual(['eins']);
    expect(warnings).toEqual([expect.stringContaining('en.txt')]);
  });

  test('of 60,000 entries of one name, and thousands of names, one is unpacked', async () => {
    const content = new Uint8Array(4 << 20).fill(0x20);
    const archive = repeatedEntries('labels.txt', content, 60_000);
    const names = Array.from({ length: 2000 }, (_, i): [string] => [`${i}.txt`]);
    const one = Buffer.concat([withLabelFiles(['labels.txt']), archive]);
    expect(await readModelFile(one)).toMatchObject({ labels: [], warnings: [] });
    const none = Buffer.concat([withLabelFiles(...names), archive]);
    const { warnings } = await readModelFile(none);
    // Each file that is tried costs, so few are.
    expect(warnings!.length).toBeLessThan(10);
  });
});

describe('metadata', () => {
  test.each([
    [[127.5], [127.5], '-1..1'],
    [[0, 0, 0], [255], '0..1'],
    [[0], [1], '0..255'],
    [[1, 2, 3], [4, 5, 6], { mean: [1, 2, 3], std: [4, 5, 6] }],
  ])('normalization %j %j', async (mean, std, range) => {
    const { preprocess } = await readModelFile(withMetadata(buildMetadata({ mean, std })));
    expect(preprocess).toEqual({ range });
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['a standard deviation of 0', withMetadata(buildMetadata({ mean: [0], std: [0] })), /normalization/],
    ['two means for three channels', withMetadata(buildMetadata({ mean: [0, 1], std: [1] })), /normalization/],
    ['another identifier', withMetadata(new Uint8Array(64)), /M001/],
    ['truncated', withMetadata(buildMetadata({ mean: [0], std: [1] }).subarray(0, 60)), /metadata/],
  ])('%s is not ignored', async (_name, bytes, message) => {
    await expectError(bytes, 'MODEL_INVALID', message);
  });
});

describe('the range of quantized inputs', () => {
  /** [type, scale, zero point, stated mean and std, the range]. */
  type Case = [string, 'UINT8' | 'INT8', number, number, [number[], number[]] | undefined, unknown];
  const asItIs = (scale: number, level: number) => ({ mean: [level], std: [1 / Math.fround(scale)] });
  const imageNet: [number[], number[]] = [
    [123.675, 116.28, 103.53].map(Math.fround),
    [58.395, 57.12, 57.375].map(Math.fround),
  ];
  test.each<Case>([
    ['nothing is stated', 'INT8', 1 / 255, -128, undefined, asItIs(1 / 255, 0)],
    ['the same is stated', 'INT8', 1 / 255, -128, [[0], [255]], asItIs(1 / 255, 0)],
    ['the same within rounding is stated', 'UINT8', 1 / 128, 128, [[127.5], [127.5]], asItIs(1 / 128, 128)],
    ['bytes are stated, of a scale that is none of bytes', 'UINT8', 1 / 127, 128, [[0], [1]], asItIs(1 / 127, 128)],
    ['bytes are stated, of int8', 'INT8', 1 / 127, 0, [[0], [1]], asItIs(1 / 127, 128)],
    ['twice the range is stated', 'INT8', 1 / 255, -128, [[127.5], [127.5]], asItIs(1 / 255, 0)],
    [
      'std 1 of two channels of three is stated',
      'UINT8',
      1 / 127,
      128,
      [
        [0, 0, 127.5],
        [1, 1, 127.5],
      ],
      asItIs(1 / 127, 128),
    ],
    ['a mean of each channel is stated', 'UINT8', 4.77 / 255, 113, imageNet, { mean: imageNet[0], std: imageNet[1] }],
    ['the calibration saw less', 'UINT8', 4.5 / 255, 113, imageNet, { mean: imageNet[0], std: imageNet[1] }],
    ['half the range is stated', 'UINT8', 1 / 127.5, 128, [[0], [255]], '0..1'],
  ])('%s', async (_name, type, scale, zeroPoint, stated, range) => {
    const network = quantizedNetwork(type, scale, zeroPoint);
    const metadata = stated && buildMetadata({ mean: stated[0], std: stated[1] });
    const { preprocess } = await readModelFile(buildTflite({ ...network, metadata }));
    expect(preprocess).toEqual({ range });
  });

  function quantizedNetwork(type: 'UINT8' | 'INT8', scale: number, zeroPoint: number): TestModel {
    const quantization = { scale: [scale], zeroPoint: [zeroPoint] };
    const tensor = (name: string) => ({ name, shape: [1, 4, 4, 3], type, quantization });
    const operator = { kind: 'MAX_POOL_2D', inputs: [0], outputs: [1] };
    const options: TestOperator['options'] = [5, [1, 'int32', 1], [2, 'int32', 1], [3, 'int32', 1], [4, 'int32', 1]];
    return { tensors: [tensor('in'), tensor('out')], operators: [{ ...operator, options }], outputs: [1] };
  }
});

describe('Teachable Machine', () => {
  const named = (name: string, metadata?: Uint8Array) => {
    const network = smallFloatNetwork();
    return buildTflite({
      ...network,
      tensors: [{ ...network.tensors[0], name }, ...network.tensors.slice(1)],
      metadata,
    });
  };

  test.each(['sequential_1_input', 'serving_default_sequential_1_input:0', 'sequential_65_input'])(
    'its export is told by the name of its input: %s',
    async (name) => {
      const { preprocess } = await readModelFile(named(name));
      expect(preprocess).toEqual({ crop: 'cover', resize: 'bilinear', range: '-1..1' });
    },
  );

  test.each([
    'sequential_input',
    'serving_default_sequential_input:0',
    'sequential_1_input_2',
    'my_sequential_1_input',
    'x',
  ])('other networks are not: %s', async (name) =>
    expect((await readModelFile(named(name))).preprocess).toBeUndefined(),
  );

  test('the quantized export keeps the range of its input', async () => {
    const network = smallInt8Network();
    const [input, ...tensors] = network.tensors;
    const bytes = buildTflite({ ...network, tensors: [{ ...input, name: 'sequential_1_input' }, ...tensors] });
    const range = { mean: [0], std: [1 / Math.fround(1 / 255)] };
    expect((await readModelFile(bytes)).preprocess).toEqual({ crop: 'cover', resize: 'bilinear', range });
  });

  test('names of a megabyte end', async () => {
    for (const [, text] of longTexts)
      expect((await readModelFile(named(`sequential_${text}`))).preprocess).toBeUndefined();
  });
});
