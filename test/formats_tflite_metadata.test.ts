/** TFLite metadata: normalization, label files, and what a quantized input says by itself. */
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { readModelFile } from '../lib/formats/read_model_file';
import { expectError } from './fixtures/read_tflite';
import { smallFloatNetwork, smallInt8Network } from './fixtures/small_tflite';
import { buildMetadata, buildTflite } from './fixtures/tflite_builder';

describe('metadata', () => {
  const withMetadata = (metadata: Uint8Array, files?: Record<string, string>): Uint8Array => {
    const model = buildTflite({ ...smallFloatNetwork(), metadata });
    if (!files) return model;
    // Offsets of an archive appended to a file count from the file's begin.
    const entries = Object.entries(files).map(([name, text]) => [name, new TextEncoder().encode(text)] as const);
    const archive = zipSync(Object.fromEntries(entries));
    const view = new DataView(archive.buffer);
    const end = archive.length - 22;
    let at = view.getUint32(end + 16, true);
    view.setUint32(end + 16, at + model.length, true);
    for (let i = 0; i < entries.length; i++) {
      view.setUint32(at + 42, view.getUint32(at + 42, true) + model.length, true);
      at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
    const whole = new Uint8Array(model.length + archive.length);
    whole.set(model);
    whole.set(archive, model.length);
    return whole;
  };

  test.each([
    [[127.5], [127.5], '-1..1'],
    [[0, 0, 0], [255], '0..1'],
    [[0], [1], '0..255'],
    [[1, 2, 3], [4, 5, 6], { mean: [1, 2, 3], std: [4, 5, 6] }],
  ])('normalization %j %j', async (mean, std, range) => {
    const { preprocess } = await readModelFile(withMetadata(buildMetadata({ mean, std })));
    expect(preprocess).toEqual({ range });
  });

  test('labels: the file without a locale, else the first', async () => {
    const files = { 'de.txt': 'eins\nzwei', 'en.txt': 'one\r\ntwo\r\n' };
    const plain = buildMetadata({ labelFiles: [['de.txt', 'de'], ['en.txt']] });
    expect((await readModelFile(withMetadata(plain, files))).labels).toEqual(['one', 'two']);
    const german = buildMetadata({
      labelFiles: [
        ['de.txt', 'de'],
        ['en.txt', 'en'],
      ],
    });
    expect((await readModelFile(withMetadata(german, files))).labels).toEqual(['eins', 'zwei']);
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'a label file that is not there',
      withMetadata(buildMetadata({ labelFiles: [['x.txt']] }), { 'y.txt': 'y' }),
      /x.txt/,
    ],
    ['no archive', withMetadata(buildMetadata({ labelFiles: [['x.txt']] })), /x.txt/],
    ['a standard deviation of 0', withMetadata(buildMetadata({ mean: [0], std: [0] })), /normalization/],
    ['two means for three channels', withMetadata(buildMetadata({ mean: [0, 1], std: [1] })), /normalization/],
    ['another identifier', withMetadata(new Uint8Array(64)), /M001/],
    ['truncated', withMetadata(buildMetadata({ mean: [0], std: [1] }).subarray(0, 60)), /metadata/],
  ])('%s is not ignored', async (_name, bytes, message) => {
    await expectError(bytes, 'MODEL_INVALID', message);
  });

  test('quantized inputs map each level to one integer; a normalization that agrees within rounding says the same', async () => {
    const read = async (metadata?: Uint8Array) =>
      (await readModelFile(buildTflite({ ...smallInt8Network(), metadata }))).preprocess;
    const scale = Math.fround(1 / 255);
    expect(await read()).toEqual({ range: { mean: [0], std: [1 / scale] } });
    expect(await read(buildMetadata({ mean: [0], std: [255] }))).toEqual({ range: { mean: [0], std: [1 / scale] } });
    expect(await read(buildMetadata({ mean: [127.5], std: [127.5] }))).toEqual({ range: '-1..1' });
  });
});
