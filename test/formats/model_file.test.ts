/** Where a model may come from, and how its format is told. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ModelSource, readModelFile } from '../../lib/node/read_model_file';
import { smallFloatNetwork } from '../fixtures/small_tflite';
import { artifactsOf, smallModel } from '../fixtures/tfjs_models';
import { buildTflite } from '../fixtures/tflite_builder';

let folder: string;
let tflite: string;
let modelJson: { modelTopology: object; format: string; weightsManifest: { paths: string[]; weights: object[] }[] };
let weights: Buffer;

/** A folder of the given files. */
async function folderOf(name: string, files: Record<string, string | Uint8Array>): Promise<string> {
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  for (const [file, content] of Object.entries(files)) await writeFile(join(path, file), content);
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'formats-'));
  tflite = join(await folderOf('tflite', { 'no name.bin': buildTflite(smallFloatNetwork()) }), 'no name.bin');
  const { modelTopology, weightSpecs, weightData } = await artifactsOf(smallModel());
  modelJson = {
    modelTopology,
    format: 'layers-model',
    weightsManifest: [{ paths: ['a.bin', 'b.bin'], weights: weightSpecs }],
  };
  weights = Buffer.from(weightData);
});

afterAll(() => rm(folder, { recursive: true }));

const tfjsFiles = () => ({
  'model.json': JSON.stringify(modelJson),
  'a.bin': weights.subarray(0, 101),
  'b.bin': weights.subarray(101),
});

async function expectError(source: unknown, code: string, message: RegExp): Promise<void> {
  await expect(readModelFile(source as ModelSource)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
}

test('a path and a file URL, whatever the name', async () => {
  const expected = await readModelFile(buildTflite(smallFloatNetwork()));
  for (const source of [tflite, pathToFileURL(tflite), String(pathToFileURL(tflite))]) {
    expect(await readModelFile(source)).toEqual(expected);
  }
});

test('a tfjs model by its folder and by its JSON, with weights in two files', async () => {
  const path = await folderOf('tfjs', tfjsFiles());
  const { modelTopology, weightsManifest } = modelJson;
  const expected = await readModelFile({ modelTopology, weightsManifest, weightData: new Uint8Array(weights) });
  expect((await readModelFile(path)).graph).toEqual(expected.graph);
  expect((await readModelFile(join(path, 'model.json'))).graph).toEqual(expected.graph);
});

test("Teachable Machine's metadata.json gives labels and preprocessing; one of others only labels", async () => {
  const labels = ['a', 'b', 'c', 'd', 'e'];
  const teachable = await folderOf('tm', {
    ...tfjsFiles(),
    'metadata.json': JSON.stringify({ tmVersion: '2.4', labels }),
  });
  expect(await readModelFile(teachable)).toMatchObject({
    labels,
    preprocess: { crop: 'cover', resize: 'bilinear', range: '-1..1' },
  });
  const other = await readModelFile(
    await folderOf('other', { ...tfjsFiles(), 'metadata.json': JSON.stringify({ labels }) }),
  );
  expect(other).toMatchObject({ labels, preprocess: undefined });
  await expectError(
    await folderOf('bad', { ...tfjsFiles(), 'metadata.json': '{"labels": [1]}' }),
    'MODEL_INVALID',
    /labels/,
  );
  await expectError(
    await folderOf('worse', { ...tfjsFiles(), 'metadata.json': '{' }),
    'MODEL_INVALID',
    /metadata.json/,
  );
});

test('progress rises to 1', async () => {
  for (const source of [tflite, await folderOf('progress', tfjsFiles())]) {
    const seen: number[] = [];
    await readModelFile(source, { onProgress: (fraction) => seen.push(fraction) });
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
    expect(seen.length).toBeGreaterThan(1);
  }
});

test('an AbortSignal, before and while reading', async () => {
  await expect(readModelFile(tflite, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'ABORTED',
    name: 'AbortError',
  });
  const controller = new AbortController();
  const reading = readModelFile(tflite, { signal: controller.signal });
  controller.abort();
  await expect(reading).rejects.toMatchObject({ code: 'ABORTED' });
});

describe('what is missing', () => {
  test('files and folders', async () => {
    await expectError(join(folder, 'nothing.tflite'), 'MODEL_NOT_FOUND', /no file .*nothing.tflite/);
    await expectError(join(tflite, 'inside.tflite'), 'MODEL_NOT_FOUND', /no file/);
    await expectError(await folderOf('empty', {}), 'MODEL_NOT_FOUND', /model.json/);
  });

  test('a weight file', async () => {
    const { 'b.bin': _, ...files } = tfjsFiles();
    await expectError(await folderOf('shard', files), 'MODEL_NOT_FOUND', /no file .*b.bin/);
  });

  test('part of the weights, or too many', async () => {
    const short = { ...tfjsFiles(), 'b.bin': weights.subarray(105) };
    await expectError(await folderOf('short', short), 'MODEL_INVALID', /bytes of weights in a.bin, b.bin/);
    const long = { ...tfjsFiles(), 'b.bin': weights };
    await expectError(await folderOf('long', long), 'MODEL_INVALID', /received more/);
  });

  test.each(['/etc/hostname', '../tflite/no name.bin', 'https://example.org/a.bin'])(
    'weights elsewhere: %s',
    async (path) => {
      const manifest = [{ ...modelJson.weightsManifest[0], paths: [path] }];
      const json = JSON.stringify({ ...modelJson, weightsManifest: manifest });
      await expectError(await folderOf('elsewhere', { 'model.json': json }), 'MODEL_INVALID', /beside it/);
    },
  );

  test('the weights of JSON in memory', async () => {
    await expectError(Buffer.from(JSON.stringify(modelJson)), 'INVALID_ARGUMENT', /needs its weights too/);
  });
});

describe('other content', () => {
  const bytes = (text: string) => Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(100)]);
  test.each<[string, Uint8Array, string, RegExp]>([
    ['HDF5', bytes('\x89HDF\r\n\x1a\n'), 'MODEL_UNSUPPORTED', /HDF5.*\.tflite files and tfjs/],
    ['zip', bytes('PK\x03\x04'), 'MODEL_UNSUPPORTED', /keras/],
    ['ONNX', bytes('\x08\x08\x12\x07pytorch'), 'MODEL_UNSUPPORTED', /ONNX/],
    ['SavedModel', bytes('\x08\x01\x12\x90'), 'MODEL_UNSUPPORTED', /SavedModel/],
    ['safetensors', bytes('\x20\0\0\0\0\0\0\0{"a":{}}'), 'MODEL_UNSUPPORTED', /safetensors/],
    ['a picture', bytes('\x89PNG\r\n\x1a\n'), 'MODEL_INVALID', /PNG picture.*classify/],
    ['nothing', new Uint8Array(0), 'MODEL_INVALID', /empty/],
    ['another magic', bytes('\x1c\0\0\0TFL2'), 'MODEL_INVALID', /54 46 4c 32/],
    ['broken JSON', Buffer.from('{"modelTopology": '), 'MODEL_INVALID', /JSON/],
  ])('%s', async (_name, content, code, message) => {
    await expectError(content, code, message);
    await expectError(join(await folderOf('content', { file: content }), 'file'), code, message);
  });

  test('a SavedModel folder', async () => {
    await expectError(await folderOf('saved', { 'saved_model.pb': '\x08\x01' }), 'MODEL_UNSUPPORTED', /SavedModel/);
  });

  test('JSON that is not a model', async () => {
    await expectError(await folderOf('array', { 'model.json': '[1]' }), 'MODEL_INVALID', /object/);
    await expectError(await folderOf('other', { 'model.json': '{}' }), 'MODEL_INVALID', /modelTopology/);
    const graph = JSON.stringify({ format: 'graph-model', modelTopology: {} });
    await expectError(await folderOf('graph', { 'model.json': graph }), 'MODEL_UNSUPPORTED', /graph model/);
  });

  test.each([[undefined], [null], [7], [{}], [[]], [new Map()]])('%s is no source', async (source) => {
    await expectError(source, 'INVALID_ARGUMENT', /Expected a model as a path/);
  });

  test('a web address', async () => {
    await expectError('https://example.org/model.tflite', 'INVALID_ARGUMENT', /fetch/);
    await expectError(new URL('https://example.org/model.tflite'), 'INVALID_ARGUMENT', /fetch/);
  });
});
