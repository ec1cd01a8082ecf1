/** Memory stays flat, on one thread and on several. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, launchChromium } from './chromium';
import { openPage } from './page';
import { ISOLATION, serve, type TestServer } from './server';

type TestGlobals = typeof globalThis & { gc(): void; model: Awaited<ReturnType<typeof edge.load>> };

describe.skipIf(!chromiumPath).each([
  { name: 'one thread', headers: {}, threads: 1 },
  { name: 'two threads', headers: ISOLATION, threads: 2 },
])('in Chromium, $name', ({ headers, threads }) => {
  let browser: Browser;
  let server: TestServer;
  let page: Page;
  beforeAll(async () => {
    server = await serve({ headers });
    browser = await launchChromium({ args: ['--js-flags=--expose-gc'] });
    page = await openPage(browser, server.origin);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** Resident bytes of all renderers: page, workers and WebAssembly. */
  async function residentBytes(): Promise<number> {
    const session = await browser.newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    await session.detach();
    const pids = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
    return pids.reduce((sum, pid) => sum + 4096 * Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]), 0);
  }

  /** Of the page and of the worker that hosts the model: a worker left alone gathers 60 MB before it collects. */
  async function collectGarbage(): Promise<void> {
    const collect = () => (globalThis as TestGlobals).gc();
    await page.evaluate(collect);
    // The others assist it: asleep they answer nothing, and they make no garbage.
    await page.workers()[0]?.evaluate(collect);
  }

  /** The least of five samples in so many classifications. */
  async function leastOver(count: number): Promise<number> {
    let least = Number.POSITIVE_INFINITY;
    for (let sample = 0; sample < 5; sample++) {
      await page.evaluate(
        async ({ count }) => {
          const { model } = globalThis as TestGlobals;
          const picture = new ImageData(100, 80);
          for (let i = 0; i < count; i += 10) await model.classify(Array(10).fill(picture));
        },
        { count: count / 5 },
      );
      await collectGarbage();
      least = Math.min(least, await residentBytes());
    }
    return least;
  }

  test('ten thousand classifications leave memory flat', async () => {
    const info = await page.evaluate(
      async ({ threads }) => {
        const model = await edge.load(edge.mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 10 }), { threads });
        Object.assign(globalThis, { model });
        return model.info;
      },
      { threads },
    );
    expect(info).toMatchObject({ threads });
    await leastOver(2000);
    const [early, late] = [await leastOver(5000), await leastOver(5000)];
    // A picture is 32 KB: a leak of each would be 160 MB.
    expect((late - early) / 2 ** 20).toBeLessThan(20);
  });

  test('models that are loaded and closed leave memory flat, and no worker', async () => {
    const loadAndClose = async (count: number) => {
      await page.evaluate(
        async ({ count, threads }) => {
          for (let i = 0; i < count; i++) {
            const model = await edge.load('/nsfwjs/model.json', { threads });
            await model.classify(new ImageData(8, 8));
            model.close();
          }
          (globalThis as TestGlobals).gc();
        },
        { count, threads },
      );
      await expect.poll(() => page.workers().length).toBe(0);
      return residentBytes();
    };
    await page.evaluate(() => (globalThis as TestGlobals).model.close());
    await loadAndClose(10);
    const early = await loadAndClose(10);
    const late = Math.min(await loadAndClose(10), await loadAndClose(10));
    // A model is 10 MB and more.
    expect((late - early) / 2 ** 20).toBeLessThan(50);
  });
});
