/** A misspelt option is an error everywhere, with the name that was meant. */
import { describe, expect, it } from 'vitest';
import { load, loadHead, mobilenetV1, mobilenetV2, trainHead } from '../../lib/index';

const model = await load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3 }));
const picture = { data: new Uint8Array(32 * 32 * 3), width: 32, height: 32, channels: 3 } as const;
const tensor = new Float32Array(32 * 32 * 3);
const embedding = await model.embed(picture);
const examples = ['a', 'b'].map((label) => ({ label, embedding }));
const head = await trainHead(examples, { model, epochs: 1 });

const withModel = (options: object) => (isObject(options) ? { ...options, model } : options) as { model: typeof model };
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

const calls: Record<string, [misspelt: string, meant: string, call: (options: never) => unknown]> = {
  load: ['lables', 'labels', (options) => load(mobilenetV1({ alpha: 0.25, inputSize: 32 }), options)],
  'preprocess of load': [
    'rnage',
    'range',
    (preprocess) => load(mobilenetV1({ alpha: 0.25, inputSize: 32 }), { preprocess }),
  ],
  classify: ['topk', 'topK', (options) => model.classify(picture, options)],
  embed: ['Signal', 'signal', (options) => model.embed(picture, options)],
  predict: ['singal', 'signal', (options) => model.predict(tensor, options)],
  mobilenetV1: ['aplha', 'alpha', (options) => mobilenetV1(options)],
  mobilenetV2: ['inputsize', 'inputSize', (options) => mobilenetV2(options)],
  trainHead: ['epoch', 'epochs', (options) => trainHead(examples, withModel(options))],
  loadHead: ['modle', 'model', (options) => loadHead(head.save(), options)],
  'classify of a head': ['threshold', 'scoreThreshold', (options) => head.classify(picture, options)],
  'classifyEmbedding of a head': ['topk', 'topK', (options) => head.classifyEmbedding(embedding, options)],
};

describe.each(Object.entries(calls))('%s', (_, [misspelt, meant, call]) => {
  const run = async (options: unknown): Promise<unknown> => call(options as never);

  it(`refuses ${misspelt} and tells ${meant}`, async () => {
    await expect(run({ [misspelt]: 1 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(new RegExp(`'${misspelt}'.*${meant}`, 's')),
    });
  });

  it('refuses what is no object', async () => {
    for (const options of [null, 1, 'a', []]) {
      await expect(run(options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });
});
