/** A run is ended in a page too, whichever thread runs it, and answers come behind it. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoadOptions } from '../../lib/browser/load';
import type { Graph } from '../../lib/ops';
import { longNetwork } from '../fixtures/long_network';
import { chromiumPath, launchChromium } from './chromium';
import { openPage } from './page';
import { ISOLATION, serve } from './server';

/** Runs on the page: what calls of a network are answered whose run takes minutes, but its embedding no time. */
async function abortAndClose({ graph, options }: { graph: Graph; options: LoadOptions }) {
  const model = await edge.load(graph, options);
  const [, height, width] = graph.input.shape;
  const tensor = new Float32Array(height * width);
  const picture = new ImageData(4, 4);
  const code = (error: { code: string }) => error.code;
  const soon = () => new Promise((resolve) => setTimeout(resolve, 50));

  const aborted: string[] = [];
  const embedded: number[] = [];
  for (let round = 0; round < 3; round++) {
    const controller = new AbortController();
    const run = model.predict(tensor, { signal: controller.signal }).then(() => 'answered', code);
    // Waits in the queue until the run has ended.
    const behind = model.embed(picture);
    if (round > 0) await soon();
    controller.abort();
    aborted.push(await run);
    embedded.push((await behind).length);
  }
  const closed = model.predict(tensor).then(() => 'answered', code);
  await soon();
  model.close();
  return { aborted, embedded, closed: await closed, threads: model.info.threads };
}

describe.skipIf(!chromiumPath)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  test.each<[string, Record<string, string>, LoadOptions, number]>([
    ['a worker', {}, {}, 1],
    ['workers that share memory', ISOLATION, { threads: 2 }, 2],
    ["the page's main thread", {}, { thread: 'main' }, 1],
  ])('an abort and close() end a run on %s', async (_, headers, options, threads) => {
    const server = await serve({ headers });
    const page = await openPage(browser, server.origin);
    const answers = await page.evaluate(abortAndClose, { graph: longNetwork(), options });
    const aborted = ['ABORTED', 'ABORTED', 'ABORTED'];
    expect(answers).toEqual({ aborted, embedded: [1, 1, 1], closed: 'MODEL_CLOSED', threads });
    await page.close();
    await server.close();
  });
});
