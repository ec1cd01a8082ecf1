/** A head trained on a page is, bit for bit, the head trained in Node on the same WebAssembly build. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { load, loadHead, trainHead } from '../../lib';
import { nsfwjsModel } from '../../scripts/nsfwjs_model.mjs';
import { DRAWN_SIDE, drawnClasses } from '../support/drawn_classes';
import { chromiumPath, launchChromium } from './chromium';
import { openPage } from './page';
import { serve, type TestServer } from './server';

const OPTIONS = { isa: 'simd128', preprocess: { crop: 'stretch', range: '0..1' } } as const;

describe.skipIf(!chromiumPath)('in Chromium', () => {
  let server: TestServer;
  const training = drawnClasses(1, 10);
  const unseen = drawnClasses(2, 20);
  const all = [...training, ...unseen];

  beforeAll(async () => {
    server = await serve({ pages: { '/drawn.bin': Buffer.concat(all.map(({ data }) => data)) } });
  });
  afterAll(() => server?.close());

  test('the same weights as in Node, above 95 % held out, one file for both', async () => {
    const browser = await launchChromium();
    const page = await openPage(browser, server.origin);
    const { file, right } = await page.evaluate(
      async ({ options, side, labels, trained }) => {
        const bytes = new Uint8Array(await (await fetch('/drawn.bin')).arrayBuffer());
        const size = side * side * 3;
        const examples = labels.map((label, i) => ({
          label,
          image: { data: bytes.slice(i * size, (i + 1) * size), width: side, height: side, channels: 3 as const },
        }));
        const model = await edge.load('/nsfwjs/model.json', options);
        const head = await edge.trainHead(examples.slice(0, trained), { model, seed: 3 });
        const again = await edge.loadHead(new Blob([head.save()]), { model });
        let right = 0;
        for (const { label, image } of examples.slice(trained)) {
          const [best] = await again.classify(image);
          if (best.className === label) right++;
        }
        model.close();
        return { file: Array.from(head.save()), right };
      },
      { options: OPTIONS, side: DRAWN_SIDE, labels: all.map(({ label }) => label), trained: training.length },
    );
    await browser.close();
    expect(right / unseen.length).toBeGreaterThan(0.95);

    const model = await load(nsfwjsModel(), { ...OPTIONS, backend: 'wasm' });
    const image = (data: Uint8Array) => ({ data, width: DRAWN_SIDE, height: DRAWN_SIDE, channels: 3 as const });
    const examples = training.map(({ label, data }) => ({ label, image: image(data) }));
    const here = await trainHead(examples, { model, seed: 3 });
    expect(Buffer.from(here.save()).equals(Uint8Array.from(file))).toBe(true);
    const fromPage = await loadHead(Uint8Array.from(file), { model });
    const [best] = await fromPage.classify(image(unseen[0].data));
    expect(best.className).toBe(unseen[0].label);
    model.close();
  });
});
