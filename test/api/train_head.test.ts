/** A head on the embeddings of a real model tells apart classes that it has never seen. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Head, type ImageSource, load, loadHead, type Model, type TrainOptions, trainHead } from '../../lib';
import { exactExp } from '../../lib/train/exact_exp';
import { nsfwjsModel } from '../../scripts/nsfwjs_model.mjs';
import { DRAWN_SIDE, type Drawn, drawnClasses } from '../support/drawn_classes';

let model: Model;
let folder: string;
let examples: { label: string; embedding: Float32Array }[];
let head: Head<ImageSource>;
const picture = ({ data }: Drawn) => ({ data, width: DRAWN_SIDE, height: DRAWN_SIDE, channels: 3 as const });

beforeAll(async () => {
  model = await load(nsfwjsModel(), { preprocess: { crop: 'stretch', range: '0..1' } });
  const embed = async (one: Drawn) => ({ label: one.label, embedding: await model.embed(picture(one)) });
  examples = await Promise.all(drawnClasses(1, 20).map(embed));
  head = await trainHead(examples, { model });
  folder = await mkdtemp(join(tmpdir(), 'head-'));
});
afterAll(async () => {
  model?.close();
  await rm(folder, { recursive: true });
});

test('three drawn classes, above 95 % of pictures held out', async () => {
  const unseen = drawnClasses(2, 40);
  const answers = await Promise.all(unseen.map((one) => head.classify(picture(one), { topK: 1 })));
  const right = answers.filter(([best], i) => best.className === unseen[i].label).length;
  expect(right / unseen.length).toBeGreaterThan(0.95);
});

test('pictures and their embeddings teach the same; the same seed gives the same weights, another others', async () => {
  const few = drawnClasses(1, 4);
  const byPicture = await trainHead(
    few.map((one) => ({ label: one.label, image: picture(one) })),
    { model, seed: 7 },
  );
  const byEmbedding = await trainHead(examples.slice(0, 12), { model, seed: 7 });
  expect(byPicture.weights).toEqual(byEmbedding.weights);
  expect(byPicture.biases).toEqual(byEmbedding.biases);
  // More than one batch, so that their order counts.
  const [one, other] = await Promise.all([7, 8].map((seed) => trainHead(examples, { model, seed })));
  expect(other.weights).not.toEqual(one.weights);
});

test('progress rises to 1 and tells the loss, which falls', async () => {
  const reports: [number, number | undefined][] = [];
  const onProgress: TrainOptions<ImageSource>['onProgress'] = (fraction, epoch) =>
    reports.push([fraction, epoch?.loss]);
  const few = drawnClasses(1, 2).map((one) => ({ label: one.label, image: picture(one) }));
  await trainHead(few, { model, epochs: 10, onProgress });
  const fractions = reports.map(([fraction]) => fraction);
  expect(reports).toHaveLength(6 + 10);
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  expect(fractions.at(-1)).toBe(1);
  expect(reports.at(-1)![1]).toBeLessThan(reports[6][1]! / 2);
});

test('one file keeps a head, as bytes and on disk', async () => {
  const bytes = head.save();
  const path = join(folder, 'shapes.head.json');
  await writeFile(path, bytes);
  for (const source of [bytes, path]) {
    const again = await loadHead(source, { model });
    expect(again.labels).toEqual(['disc', 'stripes', 'checkers']);
    expect(again.classifyEmbedding(examples[0].embedding)).toEqual(head.classifyEmbedding(examples[0].embedding));
    expect(again.weights).toEqual(head.weights);
  }
});

describe('what is refused', () => {
  test('a head of another model', async () => {
    const other = await load(nsfwjsModel(), { preprocess: { crop: 'cover' } });
    await expect(loadHead(head.save(), { model: other })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    other.close();
  });

  test.each<[string, string, (json: Record<string, unknown>) => void]>([
    ['another format', 'MODEL_INVALID', (json) => (json.format = 'other')],
    ['a later version', 'MODEL_UNSUPPORTED', (json) => (json.version = 2)],
    ['too few weights', 'MODEL_INVALID', (json) => (json.features = 1)],
    ['no base64', 'MODEL_INVALID', (json) => (json.weights = '%')],
    ['a weight that is not finite', 'MODEL_INVALID', (json) => (json.biases = 'AADAfwAAwH8AAMB/')],
    ['no labels', 'MODEL_INVALID', (json) => (json.labels = [])],
  ])('a file with %s', async (_, code, spoil) => {
    const json = JSON.parse(new TextDecoder().decode(head.save()));
    spoil(json);
    const bytes = new TextEncoder().encode(JSON.stringify(json));
    await expect(loadHead(bytes, { model })).rejects.toMatchObject({ code });
  });

  const some = () => examples.slice(0, 6);
  test.each<[string, string, () => unknown, object]>([
    ['no examples', 'INVALID_ARGUMENT', () => [], {}],
    ['what is no array', 'INVALID_ARGUMENT', () => ({}), {}],
    ['one class', 'INVALID_ARGUMENT', () => some().filter(({ label }) => label === 'disc'), {}],
    ['an example without a label', 'INVALID_ARGUMENT', () => [...some(), { embedding: some()[0].embedding }], {}],
    ['an example without a picture', 'INVALID_ARGUMENT', () => [...some(), { label: 'disc' }], {}],
    [
      'embeddings of two models',
      'TENSOR_INVALID',
      () => [...some(), { label: 'disc', embedding: new Float32Array(7) }],
      {},
    ],
    ['no model', 'INVALID_ARGUMENT', some, { model: undefined }],
    ['no epochs', 'INVALID_ARGUMENT', some, { epochs: 0 }],
    ['a negative rate', 'INVALID_ARGUMENT', some, { learningRate: -1 }],
    ['half a seed', 'INVALID_ARGUMENT', some, { seed: 0.5 }],
    ['a signal that has fired', 'ABORTED', some, { signal: AbortSignal.abort() }],
  ])('%s', async (_, code, given, options) => {
    const training = trainHead(given() as typeof examples, { model, ...options } as TrainOptions<ImageSource>);
    await expect(training).rejects.toMatchObject({ code });
  });

  test('a signal that fires while it trains', async () => {
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const training = trainHead(examples, { model, epochs: 100_000, signal: controller.signal, onProgress });
    await expect(training).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('features of another model', () => {
    expect(() => head.classifyEmbedding(new Float32Array(3))).toThrow(
      expect.objectContaining({ code: 'TENSOR_INVALID' }),
    );
  });
});

test('the own exponential is exact to the last bit or two', () => {
  for (let x = 0; x > -700; x -= 0.037) expect(Math.abs(exactExp(x) / Math.exp(x) - 1)).toBeLessThan(1e-15);
  expect(exactExp(-1000)).toBe(0);
});
