/** What classify() makes of outputs of every form. */
import { describe, expect, test } from 'vitest';
import { load, type Model } from '../../lib/index';
import { CONV, constant, ints } from '../fixtures/small_tflite';
import type { TestTensor } from '../fixtures/tflite_builder';
import { TfliteChain } from '../fixtures/tflite_chain';

const INPUT: TestTensor = { shape: [1, 4, 4, 3] };
const picture = { data: new Uint8Array(48).map((_, i) => (i * 29) % 256), width: 4, height: 4, channels: 3 } as const;

/** A mean and a dense layer of one output: w . mean + b. */
const logit = (bias: number) =>
  new TfliteChain(INPUT)
    .push('MEAN', { shape: [1, 3] }, [ints(1, 2)], [27])
    .push('FULLY_CONNECTED', { shape: [1, 1] }, [constant([1, 3]), constant([1], Float32Array.of(bias))], [8]);

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** The network's own output for the picture: x / 127.5 - 1 of its levels. */
const outputOf = async (model: Model) =>
  (await model.predict(Float32Array.from(picture.data, (level) => level / 127.5 - 1))).data;

describe.each(['native', 'wasm'] as const)('%s', (backend) => {
  const options = { backend, preprocess: { crop: 'stretch' } } as const;

  test.each([-3, 0.2, 4])('a logit, bias %d: two classes, the best first', async (bias) => {
    const model = await load(logit(bias).bytes(), { ...options, labels: ['no', 'yes'] });
    expect(model.info.classes).toBe(2);
    const [value] = await outputOf(model);
    const expected = [
      { className: 'no', index: 0, probability: sigmoid(-value) },
      { className: 'yes', index: 1, probability: sigmoid(value) },
    ].sort((a, b) => b.probability - a.probability);
    const classes = await model.classify(picture);
    expect(classes.map(({ className, index }) => [className, index])).toEqual(
      expected.map(({ className, index }) => [className, index]),
    );
    for (const [i, { probability }] of classes.entries()) expect(probability).toBeCloseTo(expected[i].probability, 6);
    expect(await model.classify(picture, { topK: 1 })).toEqual(classes.slice(0, 1));
    expect(await model.classify(picture, { allow: ['yes'] })).toEqual(classes.filter(({ index }) => index === 1));
    model.close();
  });

  test('a sigmoid is a probability already', async () => {
    const model = await load(
      logit(1)
        .push('LOGISTIC', { shape: [1, 1] })
        .bytes(),
      options,
    );
    const [value] = await outputOf(model);
    expect(value).toBeGreaterThan(0);
    expect(await model.classify(picture)).toEqual(
      [
        { className: 'class 0', index: 0, probability: 1 - value },
        { className: 'class 1', index: 1, probability: value },
      ].sort((a, b) => b.probability - a.probability),
    );
    model.close();
  });

  test('one label names what the network looks for', async () => {
    const model = await load(logit(4).bytes(), { ...options, labels: ['cat'] });
    expect((await model.classify(picture)).map(({ className }) => className)).toEqual(['cat', 'not cat']);
    model.close();
    await expect(load(logit(4).bytes(), { ...options, labels: ['a', 'b', 'c'] })).rejects.toMatchObject({
      code: 'LABELS_INVALID',
      message: expect.stringMatching(/2 labels.*3/),
    });
  });

  test('a map is no classifier: classify says what it is, predict gives it', async () => {
    const chain = new TfliteChain(INPUT).push(
      'CONV_2D',
      { shape: [1, 4, 4, 2] },
      [constant([2, 1, 1, 3])],
      [CONV, [1, 'int32', 1], [2, 'int32', 1]],
    );
    for (const labels of [undefined, ['background', 'beer'], ['beer'], Array.from({ length: 32 }, String)]) {
      const model = await load(chain.bytes(), { ...options, labels });
      expect(model.info.classes).toBe(2);
      for (const images of [picture, [picture], []]) {
        await expect(model.classify(images as typeof picture)).rejects.toMatchObject({
          code: 'MODEL_UNSUPPORTED',
          message: expect.stringMatching(/1x4x4x2.*2 values.*16 positions.*predict/),
        });
      }
      expect((await model.predict(new Float32Array(48))).shape).toEqual([1, 4, 4, 2]);
      model.close();
    }
  });

  test('one value at each of many positions is a map too', async () => {
    const chain = new TfliteChain(INPUT).push(
      'CONV_2D',
      { shape: [1, 4, 4, 1] },
      [constant([1, 1, 1, 3])],
      [CONV, [1, 'int32', 1], [2, 'int32', 1]],
    );
    const model = await load(chain.bytes(), options);
    await expect(model.classify(picture)).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED' });
    model.close();
  });

  test('a vector with leading extents of 1 is a classifier', async () => {
    const chain = new TfliteChain(INPUT)
      .push('MEAN', { shape: [1, 1, 1, 3] }, [ints(1, 2)], [27, [0, 'int8', 1]])
      .push('CONV_2D', { shape: [1, 1, 1, 5] }, [constant([5, 1, 1, 3])], [CONV, [1, 'int32', 1], [2, 'int32', 1]]);
    const model = await load(chain.bytes(), options);
    expect(model.info.classes).toBe(5);
    expect(await model.classify(picture)).toHaveLength(5);
    model.close();
  });
});
