/** The public API on real and random networks, on both engines. */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asyncDispose } from '../../lib/base/dispose';
import { type ErrorCode, load, MobileNetEdgeError, type Model, mobilenetV1, mobilenetV2 } from '../../lib/index';
import { nsfwjsModel } from '../../scripts/nsfwjs_model.mjs';
import { isasUnderTest } from '../support/engines';
import { randomFloats } from '../support/random';

const isas = await isasUnderTest();
const backends = isas.some((isa) => isa === 'scalar') ? (['native', 'wasm'] as const) : (['wasm'] as const);

/** Rejects unless the promise rejects with a MobileNetEdgeError of this code and a message that says something. */
async function expectCode(promise: Promise<unknown>, code: ErrorCode, message?: RegExp): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MobileNetEdgeError);
  expect((error as MobileNetEdgeError).code).toBe(code);
  expect((error as MobileNetEdgeError).message.length).toBeGreaterThan(10);
  if (message) expect((error as MobileNetEdgeError).message).toMatch(message);
}

const pixels = {
  data: new Uint8Array(96 * 96 * 3).map((_, i) => (i * 7) % 251),
  width: 96,
  height: 96,
  channels: 3,
} as const;

describe.each(backends)('%s', (backend) => {
  let model: Model;
  beforeAll(async () => {
    model = await load(mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 12 }), { backend });
  });
  afterAll(() => model.close());

  test('info tells what it is', () => {
    expect(model.info).toMatchObject({
      architecture: 'mobilenet_v1',
      alpha: 0.25,
      inputShape: [1, 96, 96, 3],
      classes: 12,
      backend,
      precision: 'float32',
      format: 'graph',
    });
    expect(isas).toContain(model.info.isa);
    expect(model.info.weightBytes).toBeGreaterThan(model.info.parameters * 4);
    expect(model.info.arenaBytes).toBeGreaterThan(96 * 96 * 3 * 4);
  });

  test('classify gives the best classes first, and all of them when there are fewer than topK', async () => {
    const top = await model.classify(pixels, { topK: 3 });
    expect(top).toHaveLength(3);
    const all = await model.classify(pixels, { topK: 100 });
    expect(all).toHaveLength(12);
    expect(all.slice(0, 3)).toEqual(top);
    expect(all.map(({ probability }) => probability)).toEqual(
      all.map(({ probability }) => probability).sort((a, b) => b - a),
    );
    expect(all.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
    expect(await model.classify(pixels)).toHaveLength(5);
  });

  test('a batch is an array of answers, the same as one by one', async () => {
    const other = { ...pixels, data: pixels.data.slice().reverse() };
    const batch = await model.classify([pixels, other, pixels]);
    expect(batch).toEqual([await model.classify(pixels), await model.classify(other), await model.classify(pixels)]);
    expect(await model.classify([])).toEqual([]);
  });

  test('embed gives the pooled features', async () => {
    const features = await model.embed(pixels);
    expect(features).toBeInstanceOf(Float32Array);
    expect(features).toHaveLength(256);
    expect(await model.embed(pixels)).toEqual(features);
  });

  test('concurrent calls all get their own answer', async () => {
    const inputs = Array.from({ length: 50 }, (_, i) => randomFloats(96 * 96 * 3, i));
    const together = await Promise.all(inputs.map((input) => model.predict(input)));
    for (const [i, input] of inputs.entries()) expect(await model.predict(input)).toEqual(together[i]);
    expect(together[0].data).not.toEqual(together[1].data);
  });

  test('the caller may reuse its tensor at once', async () => {
    const input = randomFloats(96 * 96 * 3, 5);
    const expected = await model.predict(input);
    const pending = model.predict(input);
    const queued = model.predict(input);
    input.fill(0);
    expect(await pending).toEqual(expected);
    expect(await queued).toEqual(expected);
  });

  test('predict rejects what is not the input tensor', async () => {
    await expectCode(model.predict(new Float32Array(5)), 'TENSOR_INVALID', /27648.*5/);
    await expectCode(model.predict(new Uint8Array(96 * 96 * 3)), 'TENSOR_INVALID', /Float32Array.*Uint8Array/);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      await expectCode(model.predict(randomFloats(96 * 96 * 3, 1).fill(bad, 77, 78)), 'TENSOR_INVALID', /77/);
    }
    for (const bad of [undefined, null, 'x', {}, [1, 2]]) {
      await expectCode(model.predict(bad as never), 'TENSOR_INVALID');
    }
  });

  test('topK out of range is an error', async () => {
    for (const topK of [0, -1, 1e9, 1.5, Number.NaN, '3' as never]) {
      await expectCode(model.classify(pixels, { topK }), 'INVALID_ARGUMENT', /topK/);
    }
  });

  test('what is no picture is an error', async () => {
    await expectCode(model.classify('/no/such/file.jpg'), 'IMAGE_NOT_FOUND', /file\.jpg/);
    await expectCode(model.classify(Buffer.from('not a picture')), 'IMAGE_INVALID');
    await expectCode(model.classify({ ...pixels, width: 0, height: 0, data: new Uint8Array() }), 'IMAGE_INVALID');
    await expectCode(model.classify({ ...pixels, width: 95 }), 'IMAGE_INVALID');
    await expectCode(model.classify(undefined as never), 'IMAGE_INVALID');
    await expectCode(model.classify([pixels, 5 as never]), 'IMAGE_INVALID');
  });

  test('an aborted call rejects, queued or not, and the others are answered', async () => {
    await expectCode(model.predict(randomFloats(96 * 96 * 3, 1), { signal: AbortSignal.abort() }), 'ABORTED');
    const controller = new AbortController();
    const before = model.predict(randomFloats(96 * 96 * 3, 1));
    const queued = model.predict(randomFloats(96 * 96 * 3, 2), { signal: controller.signal });
    const after = model.predict(randomFloats(96 * 96 * 3, 3));
    controller.abort();
    await expectCode(queued, 'ABORTED');
    await expect(before).resolves.toBeDefined();
    await expect(after).resolves.toBeDefined();
    await expectCode(model.classify(pixels, { signal: AbortSignal.abort() }), 'ABORTED');
  });

  test('the event loop keeps turning while the network runs', async () => {
    const big = await load(mobilenetV1({ alpha: 1, inputSize: 224, classes: 10 }), { backend });
    const input = randomFloats(224 * 224 * 3, 1);
    await big.predict(input);
    let turns = 0;
    let done = false;
    const predictions = Promise.all([1, 2, 3, 4].map(() => big.predict(input))).then(() => {
      done = true;
    });
    while (!done) {
      await nextTurn();
      turns++;
    }
    await predictions;
    // Four inferences take milliseconds and a turn some microseconds; a blocked loop would turn a handful of times.
    expect(turns).toBeGreaterThan(100);
    big.close();
  });

  test('a closed model says so, and what was running is answered', async () => {
    const closing = await load(mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 3 }), { backend });
    const running = closing.predict(randomFloats(96 * 96 * 3, 1));
    await sleep(0);
    closing.close();
    closing.close();
    await Promise.allSettled([running]);
    await expectCode(closing.predict(randomFloats(96 * 96 * 3, 1)), 'MODEL_CLOSED');
    await expectCode(closing.classify(pixels), 'MODEL_CLOSED');
    await expectCode(closing.embed(pixels), 'MODEL_CLOSED');
    await closing[asyncDispose]();
  });

  test('await using closes a model', async () => {
    let kept: Model;
    {
      await using model = await load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3 }), { backend });
      kept = model;
      expect((await model.predict(randomFloats(32 * 32 * 3, 1))).data).toHaveLength(3);
    }
    await expectCode(kept.predict(randomFloats(32 * 32 * 3, 1)), 'MODEL_CLOSED');
  });

  test('nsfwjs answers like tfjs', async () => {
    const tf = await import('@tensorflow/tfjs');
    await tf.setBackend('cpu');
    const artifacts = nsfwjsModel();
    const oracle = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    const ours = await load(artifacts, { backend, preprocess: { range: '0..1' } });
    expect(ours.info).toMatchObject({ architecture: 'mobilenet_v2', alpha: 1, classes: 5, format: 'tfjs-layers' });
    const input = randomFloats(224 * 224 * 3, 11, 0, 1);
    const expected = tf.tidy(() =>
      (oracle.predict(tf.tensor(input, [1, 224, 224, 3])) as import('@tensorflow/tfjs').Tensor).dataSync(),
    );
    const { data } = await ours.predict(input);
    expect(data).toHaveLength(5);
    expect(Math.max(...Array.from(expected, (value, i) => Math.abs(value - data[i])))).toBeLessThan(1e-5);
    ours.close();
  });
});

describe('load', () => {
  test('rejects bad options', async () => {
    const net = mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 3 });
    for (const threads of [0, -1, 1.5, 1000]) await expectCode(load(net, { threads }), 'INVALID_ARGUMENT', /threads/);
    await expectCode(load(net, { backend: 'gpu' as never }), 'INVALID_ARGUMENT', /backend/);
    await expectCode(load(net, { precision: 'fp8' as never }), 'INVALID_ARGUMENT', /precision/);
    await expectCode(load(net, { isa: 'mmx' }), 'BACKEND_UNAVAILABLE');
    await expectCode(load(net, { backend: 'wasm', isa: 'mmx' }), 'BACKEND_UNAVAILABLE', /mmx/);
    await expectCode(load(net, { backend: 'wasm', isa: 'avx2' }), 'BACKEND_UNAVAILABLE');
    await expectCode(load(net, { labels: ['a', 'b'] }), 'LABELS_INVALID', /2.*3|3.*2/);
    await expectCode(load(net, { preprocess: { crop: 'zoom' as never } }), 'INVALID_ARGUMENT', /crop/);
    await expectCode(load(net, { signal: AbortSignal.abort() }), 'ABORTED');
    await expectCode(load('/no/such/model.tflite'), 'MODEL_NOT_FOUND', /model\.tflite/);
    await expectCode(load(pathToFileURL('/no/such/model.tflite')), 'MODEL_NOT_FOUND');
    await expectCode(load(new Uint8Array(100)), 'MODEL_INVALID');
    await expectCode(load(42 as never), 'INVALID_ARGUMENT');
    expect(() => mobilenetV2({ alpha: -1 })).toThrow(MobileNetEdgeError);
  });

  test('labels name the classes, and progress ends at 1', async () => {
    const seen: number[] = [];
    const model = await load(mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 3 }), {
      labels: ['a', 'b', 'c'],
      onProgress: (fraction) => seen.push(fraction),
    });
    const names = (await model.classify(pixels)).map(({ className }) => className);
    expect([...names].sort()).toEqual(['a', 'b', 'c']);
    expect(seen[seen.length - 1]).toBe(1);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    model.close();
  });

  test('parameters and MACs are those of the papers', async () => {
    const v1 = await load(mobilenetV1(), {});
    const v2 = await load(mobilenetV2(), {});
    // Howard et al. 2017, table 4: 4.2 M, 569 M; Sandler et al. 2018, table 4: 3.4 M (without the head's bias and norms), 300 M.
    expect(v1.info.parameters / 1e6).toBeCloseTo(4.2, 1);
    expect(Math.round(v1.info.macs / 1e6)).toBe(569);
    expect(v2.info.parameters / 1e6).toBeCloseTo(3.5, 1);
    expect(Math.floor(v2.info.macs / 1e6)).toBe(300);
    v1.close();
    v2.close();
  });
});
