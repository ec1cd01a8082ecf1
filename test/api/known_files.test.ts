/** What people give as a model and is none: each is told by name, with what helps. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Zippable, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recognizeFormat } from '../../lib/formats';
import { beginsJson } from '../../lib/formats/shared/json_file';
import { latin1 as headOf } from '../../lib/formats/shared/known_files';
import { load, loadHead, mobilenetV2 } from '../../lib/index';
import { CONV, oneOperator } from '../fixtures/small_tflite';
import { buildTflite } from '../fixtures/tflite_builder';
import { longTexts } from '../support/long_texts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935\nsize 3500000\n';

/** A zip archive of files of these names. */
function zip(...names: string[]): Uint8Array {
  return zipSync(Object.fromEntries(names.map((name) => [name, new Uint8Array(3000)])) as Zippable);
}

function tar(): Uint8Array {
  const bytes = new Uint8Array(1024);
  bytes.set(latin1('model.tflite'));
  bytes.set(latin1('ustar\x0000'), 257);
  return bytes;
}

const noise = (start: string): Uint8Array => {
  const bytes = Uint8Array.from({ length: 700 }, (_, i) => (i * 37) % 256);
  bytes.set(latin1(start));
  return bytes;
};

/** [what, the content, code, message]. */
const FILES: [string, Uint8Array | string, 'MODEL_INVALID' | 'MODEL_UNSUPPORTED', RegExp][] = [
  ['an empty file', '', 'MODEL_INVALID', /empty file.*again/],
  ['a Git LFS pointer', POINTER, 'MODEL_INVALID', /Git LFS pointer.*git lfs pull/],
  ['a git-annex pointer', '/annex/objects/SHA256E-s1--0.tflite\n', 'MODEL_INVALID', /git annex get/],
  ['an HTML page', '\n<!DOCTYPE html>\n<html><head><title>Sign in</title>', 'MODEL_INVALID', /HTML page.*login/],
  ['a page without a doctype', '\ufeff<HTML lang="en">', 'MODEL_INVALID', /HTML page/],
  ['XML', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'MODEL_INVALID', /XML.*link/],
  ['a server in JSON', '{"error": {"message": "Not Found"}}', 'MODEL_INVALID', /server's answer.*Not Found.*link/],
  ['GitHub in JSON', '{"message": "Bad credentials", "status": "401"}', 'MODEL_INVALID', /Bad credentials/],
  ['gzip', gzipSync('model'), 'MODEL_UNSUPPORTED', /gzip archive: unpack it first/],
  ['7z', noise("7z\xbc\xaf'\x1c"), 'MODEL_UNSUPPORTED', /7z archive: unpack/],
  ['tar', tar(), 'MODEL_UNSUPPORTED', /tar archive: unpack/],
  ['RAR', noise('Rar!\x1a\x07\x01\0'), 'MODEL_UNSUPPORTED', /RAR archive: unpack/],
  ['a zip archive', zip('a.txt'), 'MODEL_UNSUPPORTED', /zip archive: unpack/],
  ['an empty zip archive', zip(), 'MODEL_UNSUPPORTED', /zip archive: unpack/],
  [
    "Teachable Machine's TensorFlow Lite download",
    zip('model_unquant.tflite', 'labels.txt'),
    'MODEL_UNSUPPORTED',
    /zip archive with model_unquant\.tflite inside: unpack it first, and give model_unquant\.tflite/,
  ],
  [
    "Teachable Machine's TensorFlow.js download",
    zip('weights.bin', 'model.json', 'metadata.json'),
    'MODEL_UNSUPPORTED',
    /zip archive with model\.json inside: unpack.*with the files beside it/,
  ],
  ['its Keras download', zip('keras_model.h5', 'labels.txt'), 'MODEL_UNSUPPORTED', /keras_model\.h5 inside: convert/],
  ['.keras', zip('metadata.json', 'config.json', 'model.weights.h5'), 'MODEL_UNSUPPORTED', /\.keras model: convert/],
  ['.pt', zip('archive/data.pkl', 'archive/data/0'), 'MODEL_UNSUPPORTED', /PyTorch \.pt model: export/],
  ['an old .pt', noise('\x80\x02\x8a\x0a'), 'MODEL_UNSUPPORTED', /PyTorch.*: export/],
  ['.h5', noise('\x89HDF\r\n\x1a\n'), 'MODEL_UNSUPPORTED', /Keras \.h5.*from_keras_model.*Teachable Machine/],
  ['saved_model.pb', noise('\x08\x01\x12\x90'), 'MODEL_UNSUPPORTED', /SavedModel: convert its folder/],
  ['a frozen graph', noise('\n\x1a\n\x05input\x12\x0bPlaceholder'), 'MODEL_UNSUPPORTED', /frozen.*from_frozen_graph/],
  ['ONNX', noise('\x08\x07\x12\x07pytorch'), 'MODEL_UNSUPPORTED', /ONNX model: export/],
  ['safetensors', latin1('\x20\0\0\0\0\0\0\0{"a":{}}'), 'MODEL_UNSUPPORTED', /safetensors.*without their network/],
  [
    "face-api's weights",
    JSON.stringify([{ weights: [{ name: 'conv/filters', shape: [3, 3], dtype: 'float32' }], paths: ['shard1'] }]),
    'MODEL_UNSUPPORTED',
    /weights manifest, as of face-api\.js.*use that package/,
  ],
  ['Keras in JSON', '{"class_name": "Functional", "config": {}}', 'MODEL_UNSUPPORTED', /without its weights: convert/],
  ['metadata', '{"tmVersion": "2.4", "labels": ["a"]}', 'MODEL_INVALID', /metadata: give the model\.json/],
  ['a head', '{"format": "mobilenet-edge-head"}', 'MODEL_INVALID', /head.*loadHead/],
  ['a picture', noise('\xff\xd8\xff\xe0'), 'MODEL_INVALID', /JPEG picture: .*classify/],
  ['a BMP', noise('BM\x36\0'), 'MODEL_INVALID', /BMP picture/],
  ['labels', '0 cat\n1 dog\n', 'MODEL_INVALID', /text file.*labels/],
  ['an array in C', '#include "model.h"\nconst unsigned char model[] = { 0x1c,', 'MODEL_INVALID', /C source.*\.tflite/],
  ['a program', noise('\x7fELF'), 'MODEL_INVALID', /program.*\.eim.*\.tflite/],
  ['anything else', noise('\x01\x02'), 'MODEL_INVALID', /begins with '01 02 .*Supported/],
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'known-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('in memory and on disk', () => {
  test.each(FILES)('%s', async (_name, content, code, message) => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const path = join(folder, 'model.tflite');
    await writeFile(path, bytes);
    for (const source of [bytes, path]) {
      await expect(load(source)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    }
  });

  test('weights given without their model.json', async () => {
    const path = join(folder, 'group1-shard1of4.bin');
    await writeFile(path, noise('\x01\x02'));
    await expect(load(path)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('model.json'),
    });
  });
});

/** A folder with these files. */
async function folderOf(files: Record<string, string | Uint8Array>): Promise<string> {
  const path = await mkdtemp(join(folder, 'folder-'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
  return path;
}

describe('folders', () => {
  test('a SavedModel, whose file of gigabytes is not read', async () => {
    const path = await folderOf({});
    await mkdir(join(path, 'saved_model.pb'));
    await expect(load(path)).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringMatching(/SavedModel: convert/),
    });
  });

  test('one with a model of another name', async () => {
    const path = await folderOf({ 'model_unquant.tflite': '', 'labels.txt': '' });
    await expect(load(path)).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: expect.stringContaining(`give ${join(path, 'model_unquant.tflite')}`),
    });
  });
});

describe('pointers and pages in place of parts of a model', () => {
  const model = {
    modelTopology: { class_name: 'Sequential', config: { layers: [] } },
    weightsManifest: [{ paths: ['a.bin'], weights: [{ name: 'a/kernel', shape: [4], dtype: 'float32' }] }],
  };

  test('weights', async () => {
    for (const [content, message] of [
      [POINTER, /a\.bin.*git lfs pull/],
      ['<!doctype html><title>Not found</title>', /a\.bin.*HTML/],
    ] as const) {
      const path = await folderOf({ 'model.json': JSON.stringify(model), 'a.bin': content });
      await expect(load(path)).rejects.toMatchObject({
        code: 'MODEL_INVALID',
        message: expect.stringMatching(message),
      });
    }
  });

  test('model.json and heads', async () => {
    const path = await folderOf({ 'model.json': POINTER, 'head.json': POINTER });
    const message = expect.stringContaining('git lfs pull');
    await expect(load(path)).rejects.toMatchObject({ code: 'MODEL_INVALID', message });
    const backbone = await load(mobilenetV2({ alpha: 0.35, inputSize: 32, classes: 2 }), { backend: 'wasm' });
    await expect(loadHead(join(path, 'head.json'), { model: backbone })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message,
    });
    backbone.close();
  });
});

test('a model compiled for an Edge TPU', async () => {
  const network = oneOperator({ custom: 'edgetpu-custom-op' }, [1, 4, 4, 3], [1, 2]);
  await expect(load(buildTflite(network))).rejects.toMatchObject({
    code: 'OPERATOR_UNSUPPORTED',
    message: expect.stringMatching(/edgetpu-custom-op.*Edge TPU.*compiled from/),
  });
});

test('an unknown operator is no Edge TPU', async () => {
  const network = oneOperator({ custom: 'my-op' }, [1, 4, 4, 3], [1, 2], [], [CONV]);
  await expect(load(buildTflite(network))).rejects.toMatchObject({ message: expect.not.stringContaining('Edge TPU') });
});

test.each(longTexts)('a megabyte of %s is told within its first bytes', async (_name, text) => {
  const bytes = new TextEncoder().encode(text);
  const head = headOf(bytes);
  expect(beginsJson(head)).toBe(false);
  expect(recognizeFormat({ head })).toBeUndefined();
  await expect(load(bytes)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  await expect(load(new TextEncoder().encode(`{${text}`))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
});
