/** Real models in a real Chromium, against the outputs of independent runs. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goldenBytes, goldenFloats, hasShared, readGolden } from '../support/shared';
import { chromiumPath, launchChromium } from './chromium';
import { openPage } from './page';
import { ISOLATION, serve, type TestServer } from './server';

const FLOATS = [
  'v1_0.25_224_float',
  'v1_0.25_224_float_meta',
  'v1_0.25_96_vww_float',
  'tm_tfjs_food14_ko',
  'tfjs_layers_nsfw_v2',
];
const URLS: Record<string, string> = {
  tm_tfjs_food14_ko: '/shared/models/teachable_machine_food14/model.json',
  tfjs_layers_nsfw_v2: '/nsfwjs/model.json',
};

describe.skipIf(!chromiumPath || !hasShared).each([
  { name: 'cross-origin isolated', headers: ISOLATION, isolated: true, threadCounts: [1, 2] },
  { name: 'not isolated', headers: {}, isolated: false, threadCounts: [1] },
])('$name', ({ headers, isolated, threadCounts }) => {
  let browser: Browser;
  let server: TestServer;
  let page: Page;
  const golden = hasShared ? readGolden() : { models: {}, runs: {} };
  const integers = Object.keys(golden.models).filter((id) => golden.models[id].output?.type);

  beforeAll(async () => {
    browser = await launchChromium();
    server = await serve({ headers });
    page = await openPage(browser, server.origin);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolated);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** All golden pictures of a model, predicted on the page. */
  async function predictAll(id: string, isa: string, threads: number) {
    const { file, input } = golden.models[id];
    const images = Object.keys(golden.runs[id]);
    const url = URLS[id] ?? `/shared/models/${file}`;
    return page.evaluate(
      async ({ url, isa, threads, images, input }) => {
        const model = await edge.load(url, { isa, threads });
        const outputs: Record<string, number[]> = {};
        for (const image of images) {
          const response = await fetch(`/shared/golden/inputs/${input.size}/${image}.rgb`);
          const rgb = new Uint8Array(await response.arrayBuffer());
          const gray = () =>
            Uint8Array.from({ length: rgb.length / 3 }, (_, i) =>
              Math.floor((299 * rgb[3 * i] + 587 * rgb[3 * i + 1] + 114 * rgb[3 * i + 2] + 500) / 1000),
            );
          const levels = input.channels === 1 ? gray() : rgb;
          const tensor = {
            u8: () => levels,
            i8: () => Int8Array.from(levels, (level) => level - 128),
            grey_i8: () => Int8Array.from(levels, (level) => level - 128),
            f01: () => Float32Array.from(levels, (level) => level / 255),
            'fm11_127.5': () => Float32Array.from(levels, (level) => level / 127.5 - 1),
          }[input.encoding]!();
          outputs[image] = Array.from((await model.predict(tensor)).data);
        }
        model.close();
        return { info: model.info, outputs };
      },
      { url, isa, threads, images, input },
    );
  }

  const engines = ['simd128', 'relaxed-simd'].flatMap((isa) => threadCounts.map((threads) => ({ isa, threads })));

  describe.each(engines)('$isa, threads: $threads', ({ isa, threads }) => {
    test.each(integers)('%s in integers, byte for byte', async (id) => {
      const { info, outputs } = await predictAll(id, isa, threads);
      expect(info).toMatchObject({ backend: 'wasm', isa, threads, precision: 'int8' });
      for (const [image, run] of Object.entries(golden.runs[id])) {
        expect(Uint8Array.from(outputs[image]), image).toEqual(goldenBytes(run.out_xnn!));
      }
    });

    test.each(FLOATS)('%s in float32, within 1e-5', async (id) => {
      const { info, outputs } = await predictAll(id, isa, threads);
      expect(info).toMatchObject({ backend: 'wasm', isa, threads, precision: 'float32' });
      for (const [image, run] of Object.entries(golden.runs[id])) {
        const expected = goldenFloats(run.out);
        const worst = expected.reduce((max, value, i) => Math.max(max, Math.abs(value - outputs[image][i])), 0);
        expect(outputs[image]).toHaveLength(expected.length);
        expect(worst, image).toBeLessThan(1e-5);
      }
    });
  });

  test('the best instruction set and threads are chosen; as many threads as can be are given', async () => {
    const { chosen, asked, processors } = await page.evaluate(async () => {
      const infoOf = async (options?: { threads: number }) => {
        const model = await edge.load(edge.mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 3 }), options);
        model.close();
        return model.info;
      };
      return {
        chosen: await infoOf(),
        asked: await infoOf({ threads: 3 }),
        processors: navigator.hardwareConcurrency,
      };
    });
    expect(chosen).toMatchObject({ isa: 'relaxed-simd' });
    expect(asked).toMatchObject({ isa: 'relaxed-simd', threads: isolated ? 3 : 1 });
    if (isolated && processors > 1) expect(chosen.threads).toBeGreaterThan(1);
    else expect(chosen.threads).toBe(1);
  });
});
