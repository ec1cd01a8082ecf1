/** Real models on real pictures, against the outputs of independent runs. */
import { afterAll, describe, expect, test } from 'vitest';
import type { Model } from '../../lib';
import { load } from '../../lib/node/load';
import type { ModelSource } from '../../lib/node/read_model_file';
import { nsfwjsModel } from '../../scripts/nsfwjs_model.mjs';
import { enginesUnderTest } from '../support/engines';
import {
  goldenBytes,
  goldenFloats,
  goldenPicture,
  goldenTensor,
  hasShared,
  quantizedGoldens,
  readGolden,
  sharedPath,
} from '../support/shared';

const engines = await enginesUnderTest();
const isas = engines.map(({ isa }) => isa);
/** Every instruction set on 1, 2 and 3 threads, if its engine has threads. */
const variants = engines.flatMap(({ isa, maxThreads }) =>
  [1, 2, 3].filter((threads) => threads <= maxThreads).map((threads) => ({ isa, threads })),
);

const FLOAT_MODELS = [
  'v1_0.25_224_float',
  'v1_0.25_224_float_meta',
  'v1_0.25_96_vww_float',
  'tm_tfjs_food14_ko',
  'tfjs_layers_nsfw_v2',
];

async function sourceOf(id: string, file: string): Promise<ModelSource> {
  return id === 'tfjs_layers_nsfw_v2' ? nsfwjsModel() : sharedPath('models', file);
}

/** The golden picture in the model's own encoding. */
function encode(levels: Uint8Array, encoding: string): Float32Array {
  return Float32Array.from(levels, encoding === 'f01' ? (x) => x / 255 : (x) => x / 127.5 - 1);
}

function indexOfMax(values: ArrayLike<number>): number {
  return Array.from(values).reduce((top, value, i) => (value > values[top] ? i : top), 0);
}

const open: Model[] = [];
afterAll(() => {
  for (const model of open) model.close();
});

async function loadForTest(source: ModelSource, options: Parameters<typeof load>[1]): Promise<Model> {
  const model = await load(source, options);
  open.push(model);
  return model;
}

describe.skipIf(!hasShared)('float models', () => {
  const golden = hasShared ? readGolden() : { models: {}, runs: {} };
  describe.each(FLOAT_MODELS)('%s', (id) => {
    /** Of the first variant of each instruction set: all threads must give the same bits. */
    const firstAnswers = new Map<string, ArrayLike<number>>();
    test.each(variants)('within 1e-5 of every golden output on $isa, $threads threads', async ({ isa, threads }) => {
      const { file, input } = golden.models[id];
      const model = await loadForTest(await sourceOf(id, file), { isa, threads });
      for (const [image, run] of Object.entries(golden.runs[id])) {
        const expected = goldenFloats(run.out);
        const { data } = await model.predict(encode(goldenPicture(input.size, image), input.encoding));
        expect(data.length).toBe(expected.length);
        const worst = expected.reduce((max, value, i) => Math.max(max, Math.abs(value - data[i])), 0);
        expect(worst, image).toBeLessThan(1e-5);
        const best = indexOfMax(data);
        expect(best, image).toBe(run.top5[0].index);
        const key = `${isa} ${image}`;
        expect(data, image).toEqual(firstAnswers.get(key) ?? data);
        firstAnswers.set(key, data);
      }
    });
  });
});

describe.skipIf(!hasShared).each(quantizedGoldens())('$id', ({ model: { file, classes }, model: golden, runs }) => {
  test.each(variants)('in integers, byte for byte on $isa, $threads threads', async ({ isa, threads }) => {
    const model = await loadForTest(sharedPath('models', file), { isa, threads });
    expect(model.info.precision).toBe('int8');
    for (const [image, run] of runs) {
      const { data, shape } = await model.predict(goldenTensor(golden, image));
      expect(data.constructor.name).toBe(model.info.outputType === 'uint8' ? 'Uint8Array' : 'Int8Array');
      expect(shape.at(-1)).toBe(classes);
      expect(Uint8Array.from(data), image).toEqual(goldenBytes(run.out_xnn!));
    }
  });

  test.each(isas)('the embedding is the dequantized pool on %s', async (isa) => {
    const model = await loadForTest(sharedPath('models', file), { isa, preprocess: { crop: 'stretch' } });
    const { size, channels } = golden.input;
    const { scale, zp } = golden.gap!;
    for (const [image, run] of runs) {
      // Pictures of the model's own size pass through cropping and resizing unchanged.
      const levels = goldenTensor(golden, image);
      const data = Uint8Array.from(levels, (level) => (levels instanceof Int8Array ? level + 128 : level));
      const stretched = { data, width: size, height: size, channels: channels as 1 | 3 };
      const features = await model.embed(stretched);
      const bytes = goldenBytes(run.gap_xnn!);
      const stored = golden.gap!.type === 9 ? new Int8Array(bytes.buffer) : bytes;
      const expected = Float32Array.from(stored, (level) => (level - zp) * Math.fround(scale));
      expect(features, image).toEqual(expected);
    }
  });

  test('in float32, the same best class but for rounding', async () => {
    const model = await loadForTest(sharedPath('models', file), { precision: 'float32' });
    expect(model.info.precision).toBe('float32');
    let agreed = 0;
    for (const [image, run] of runs) {
      const { data } = await model.predict(goldenTensor(golden, image));
      if (indexOfMax(data) === run.top5[0].index) agreed++;
    }
    expect(agreed).toBeGreaterThanOrEqual(runs.length - 1);
  });
});

describe.skipIf(!hasShared)('pictures from files', () => {
  const pictures = [
    ['parrot.jpg', /macaw/],
    ['sunflower.bmp', /daisy/],
    ['hot_dog.jpg', /hotdog/],
    ['panda.jpg', /giant panda/],
  ] as const;

  test.each(isas)('MobileNet v2 names them on %s', async (isa) => {
    const labels = sharedPath('models', 'imagenet_labels.txt');
    const model = await loadForTest(sharedPath('models', 'mobilenet_v2_1.0_224_quant.tflite'), { isa, labels });
    for (const [picture, name] of pictures) {
      const [best] = await model.classify(sharedPath('images', picture), { topK: 1 });
      expect(best.className).toMatch(name);
    }
  });

  test('a Teachable Machine export answers with its own labels', async () => {
    const model = await loadForTest(sharedPath('models', 'teachable_machine_food14'), {});
    expect(model.info).toMatchObject({ architecture: 'mobilenet_v2', alpha: 0.35, classes: 14, format: 'tfjs-layers' });
    const [best] = await model.classify(sharedPath('images', 'hot_dog.jpg'));
    expect(best.className).toMatch(/^[가-힣]+$/);
  });

  test('TFLite metadata gives labels and the range', async () => {
    const model = await loadForTest(sharedPath('models', 'mobilenet_v1_0.25_224_float_metadata.tflite'), {});
    const [best] = await model.classify(sharedPath('images', 'panda.jpg'));
    expect(best.className).toMatch(/giant panda/);
    expect(model.info).toMatchObject({ architecture: 'mobilenet_v1', alpha: 0.25, classes: 1001, format: 'tflite' });
  });
});
