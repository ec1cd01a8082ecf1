/** The registry of formats, and the model among several files, as a page's user picks them. */
import { describe, expect, test } from 'vitest';
import { FORMATS, type FormatName, type recognizeFormat, supportedFiles } from '../../lib/formats';
import { readModel, readModelAmong } from '../../lib/formats/read_model';
import { fileInMemory, type GivenFile } from '../../lib/formats/shared/given_file';
import { latin1 } from '../../lib/formats/shared/known_files';
import { labelFileNames } from '../../lib/formats/shared/labels_beside';
import { smallFloatNetwork } from '../fixtures/small_tflite';
import { artifactsOf, smallModel } from '../fixtures/tfjs_models';
import { buildTflite } from '../fixtures/tflite_builder';

const TFLITE = buildTflite(smallFloatNetwork());
const bytesOf = (text: string) => new TextEncoder().encode(text);
const json = (value: unknown) => bytesOf(JSON.stringify(value));

/** Files that know each other. */
function together(contents: Record<string, Uint8Array>): GivenFile[] {
  const read = async (path: string) => {
    if (!(path in contents)) throw new Error(`no ${path}`);
    return contents[path];
  };
  const beside = { read, readIfPresent: async (path: string) => contents[path] };
  return Object.entries(contents).map(([name, bytes]) => ({
    ...fileInMemory(name, bytes, beside),
    labelFiles: labelFileNames(name),
  }));
}

async function tfjsFiles(): Promise<Record<string, Uint8Array>> {
  const { modelTopology, weightSpecs, weightData } = await artifactsOf(smallModel());
  const model = { modelTopology, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };
  return {
    'metadata.json': json({ tmVersion: '2.4', labels: ['a', 'b', 'c', 'd', 'e'] }),
    'weights.bin': new Uint8Array(weightData as ArrayBuffer),
    'model.json': json(model),
  };
}

describe('the rows', () => {
  const signs: Record<FormatName, Parameters<typeof recognizeFormat>[0]> = {
    tflite: { head: latin1(TFLITE) },
    'tfjs-layers': { head: '{', json: { modelTopology: {} } },
  };

  test.each(FORMATS)('$name knows its own files and no others', (format) => {
    for (const [name, sign] of Object.entries(signs)) expect(format.recognize(sign)).toBe(name === format.name);
  });

  test('what is supported is said in one sentence', () => {
    const sentence = supportedFiles();
    for (const { files } of FORMATS) expect(sentence).toContain(files);
    expect(sentence.endsWith(` and ${FORMATS[FORMATS.length - 1].files}`)).toBe(true);
  });

  test('the names of label files leave out the ending of any format', () => {
    expect(labelFileNames('cats.TFLite').slice(0, 2)).toEqual(['cats.txt', 'cats_labels.txt']);
    expect(labelFileNames('tflite')[0]).toBe('tflite.txt');
    expect(labelFileNames('cats.v2')[0]).toBe('cats.v2.txt');
  });
});

describe('the model among several files', () => {
  test('is the one that is recognised, whatever the others are', async () => {
    const files = together({ 'broken.json': bytesOf('{'), 'a.bin': new Uint8Array(9), 'cats.tflite': TFLITE });
    expect(await readModelAmong(files, {})).toEqual(await readModel(fileInMemory('x', TFLITE), {}));
  });

  test('takes its labels, its weights and its metadata from the others', async () => {
    const named = together({ 'cats.txt': bytesOf('a\nb\n'), 'cats.tflite': TFLITE });
    expect((await readModelAmong(named, {})).labelFiles).toEqual([{ where: 'cats.txt', labels: ['a', 'b'] }]);
    expect((await readModelAmong(named, { withoutLabels: true })).labelFiles).toBeUndefined();
    const tfjs = await readModelAmong(together(await tfjsFiles()), {});
    expect(tfjs).toMatchObject({ format: 'tfjs-layers', labels: ['a', 'b', 'c', 'd', 'e'] });
  });

  test('JSON is read and parsed once', async () => {
    const files = await tfjsFiles();
    let reads = 0;
    const given = together(files).map((file) => ({
      ...file,
      bytes() {
        reads++;
        return file.bytes();
      },
    }));
    await readModelAmong(given, {});
    // metadata.json to see whether it is the model, model.json, and no file for its weights.
    expect(reads).toBe(2);
  });

  const graph = json({ format: 'graph-model', modelTopology: {} });
  test.each<[string, Record<string, Uint8Array>, string, RegExp]>([
    ['none', {}, 'INVALID_ARGUMENT', /received no files/],
    ['two', { 'a.tflite': TFLITE, 'b.tflite': TFLITE }, 'INVALID_ARGUMENT', /one model.*a\.tflite, b\.tflite/],
    ['nothing known', { 'a.bin': new Uint8Array(9), 'b.bin': new Uint8Array(9) }, 'INVALID_ARGUMENT', /a\.bin, b\.bin/],
    [
      'a graph model',
      { 'metadata.json': json({}), 'model.json': graph },
      'MODEL_UNSUPPORTED',
      /model\.json.*graph model/,
    ],
    ['metadata alone', { 'metadata.json': json({ labels: [] }) }, 'MODEL_INVALID', /metadata\.json.*metadata/],
  ])('%s', async (_name, contents, code, message) => {
    const reading = readModelAmong(together(contents), {});
    await expect(reading).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
