/**
 * Values of another realm, and a library that is in one itself: this file runs in Node's own realm and again under
 * vitest's vmThreads, where this module's Float32Array is not that of Node's workers.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import vm from 'node:vm';
import { afterAll, describe, expect, test } from 'vitest';
import { load, loadHead, mobilenetV1, trainHead } from '../../lib/index';
import { noise, pngOf } from '../fixtures/pictures';
import { smallFloatNetwork, smallQuantizedClassifier } from '../fixtures/small_tflite';
import { buildTflite } from '../fixtures/tflite_builder';
import { isasUnderTest } from '../support/engines';
import { packageRoot } from '../support/package_root';

const isas = await isasUnderTest();
const backends = isas.some((isa) => isa === 'scalar') ? (['native', 'wasm'] as const) : (['wasm'] as const);

const folder = mkdtempSync(join(tmpdir(), 'realms-'));
afterAll(() => rmSync(folder, { recursive: true }));

const other = vm.createContext({});
/** What the code gives in another realm. */
const inside = <T>(code: string): T => vm.runInContext(code, other);
/** The same values in an array of another realm. */
function abroad<T extends Uint8Array | Int8Array | Float32Array | Uint8ClampedArray>(values: T): T {
  const made = inside<T>(`new ${values.constructor.name}(${values.length})`);
  made.set(values);
  expect(made).not.toBeInstanceOf(values.constructor);
  return made;
}

const MODELS = {
  float: { bytes: buildTflite(smallFloatNetwork()), Values: Float32Array, shape: [1, 9, 7, 3] },
  int8: { bytes: buildTflite(smallQuantizedClassifier('INT8')), Values: Int8Array, shape: [1, 4, 4, 3] },
  uint8: { bytes: buildTflite(smallQuantizedClassifier('UINT8')), Values: Uint8Array, shape: [1, 4, 4, 3] },
};
const kinds = Object.keys(MODELS) as (keyof typeof MODELS)[];

const picture = noise(20, 17, 3);
/** The same levels for every type. */
function tensorOf(kind: keyof typeof MODELS, shape: readonly number[]): Float32Array | Int8Array | Uint8Array {
  const levels = noise(shape[2], shape[1], 3).data;
  if (kind === 'float') return Float32Array.from(levels, (level) => level / 255);
  return kind === 'int8' ? Int8Array.from(levels, (level) => level - 128) : Uint8Array.from(levels);
}

async function answers(kind: keyof typeof MODELS, backend: 'native' | 'wasm') {
  const model = await load(MODELS[kind].bytes, { backend });
  const features = await model.embed(picture);
  const { data } = await model.predict(tensorOf(kind, model.info.inputShape));
  const classes = await model.classify(picture);
  model.close();
  return { features, data, classes };
}

const PROGRAM = `
  const { readFileSync } = require('node:fs');
  const [dist, folder, kind, backend] = process.argv.slice(1);
  const bytesOf = (name) => new Uint8Array(readFileSync(folder + '/' + name));
  (async () => {
    const model = await require(dist).load(folder + '/model.tflite', { backend });
    const Values = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array }[model.info.inputType];
    const picture = { ...JSON.parse(readFileSync(folder + '/picture.json')), data: bytesOf('picture') };
    const features = Array.from(await model.embed(picture));
    const data = Array.from((await model.predict(new Values(bytesOf('tensor').buffer))).data);
    console.log(JSON.stringify({ features, data, classes: await model.classify(picture) }));
    model.close();
  })();`;

/** The same in a Node where there is no other realm. */
function answersOfNode(kind: keyof typeof MODELS, backend: 'native' | 'wasm') {
  const { bytes, shape } = MODELS[kind];
  const { data, ...extents } = picture;
  writeFileSync(join(folder, 'model.tflite'), bytes);
  writeFileSync(join(folder, 'picture'), data);
  writeFileSync(join(folder, 'picture.json'), JSON.stringify(extents));
  writeFileSync(join(folder, 'tensor'), tensorOf(kind, shape));
  const run = [join(packageRoot(), 'dist'), folder, kind, backend];
  const answer = JSON.parse(execFileSync(process.execPath, ['-e', PROGRAM, ...run], { encoding: 'utf8' }));
  return {
    features: Float32Array.from(answer.features),
    data: MODELS[kind].Values.from(answer.data),
    classes: answer.classes,
  };
}

describe.each(backends)('%s', (backend) => {
  test.each(kinds)('%s: answers are those of Node itself, in arrays of this realm', async (kind) => {
    const here = await answers(kind, backend);
    expect(here.features).toBeInstanceOf(Float32Array);
    expect(here.data).toBeInstanceOf(MODELS[kind].Values);
    expect(here).toEqual(answersOfNode(kind, backend));
  });

  test.each(kinds)('%s: a model, tensors and pictures of another realm are taken', async (kind) => {
    const model = await load(MODELS[kind].bytes, { backend });
    const foreign = await load(abroad(MODELS[kind].bytes), { backend });
    const tensor = tensorOf(kind, model.info.inputShape);
    expect(await foreign.predict(abroad(tensor))).toEqual(await model.predict(tensor));
    expect(await foreign.embed({ ...picture, data: abroad(picture.data as Uint8Array) })).toEqual(
      await model.embed(picture),
    );
    const file = pngOf(picture);
    const expected = await model.classify(file);
    for (const decoder of ['sharp', 'builtin']) {
      process.env.MOBILENET_EDGE_DECODER = decoder;
      expect(await foreign.classify(abroad(new Uint8Array(file)))).toEqual(expected);
      expect(await foreign.classify(abroad(new Uint8Array(file)).buffer as ArrayBuffer)).toEqual(expected);
    }
    delete process.env.MOBILENET_EDGE_DECODER;
    model.close();
    foreign.close();
  });

  test('options, labels, signals, arrays of pictures, weights and embeddings of another realm are taken', async () => {
    const network = { alpha: 0.25, inputSize: 32, classes: 3 } as const;
    const weights = (_: string, shape: readonly number[]) =>
      abroad(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i) / 8));
    const model = await load(mobilenetV1({ ...network, weights }), {
      backend,
      ...inside<object>(`({ labels: ['a', 'b', 'c'], preprocess: { range: { mean: [1, 2, 3], std: [4, 5, 6] } } })`),
    });
    const signal = inside<AbortSignal>('({ aborted: false, addEventListener() {}, removeEventListener() {} })');
    const pictures = inside<(typeof picture)[]>('[]');
    pictures.push(picture, picture);
    const [one, two] = await model.classify(pictures, { signal, ...inside<object>('({ topK: 2 })') });
    expect(one.map(({ className }) => 'abc'.includes(className))).toEqual([true, true]);
    expect(two).toEqual(one);

    const embedding = await model.embed(picture);
    const opposite = embedding.map((value) => -value);
    const examples = [
      { label: 'this', embedding: abroad(embedding) },
      { label: 'that', embedding: abroad(opposite) },
    ];
    const head = await trainHead(examples, { model, epochs: 3 });
    expect(head.classifyEmbedding(abroad(embedding))[0].className).toBe('this');
    const copy = await loadHead(abroad(head.save()), { model });
    expect(copy.classifyEmbedding(embedding)).toEqual(head.classifyEmbedding(embedding));
    model.close();
  });

  test('what is no tensor, picture or signal is refused with a code, whatever its realm', async () => {
    const model = await load(MODELS.uint8.bytes, { backend });
    const wrong = inside<Uint8Array>('new Int8Array(48)');
    await expect(model.predict(wrong)).rejects.toMatchObject({ code: 'TENSOR_INVALID' });
    await expect(model.classify({ ...picture, data: wrong })).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
    const signal = inside<AbortSignal>('({ aborted: 1 })');
    await expect(model.classify(picture, { signal })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    model.close();
  });
});
