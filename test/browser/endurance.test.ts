/** The page stays free, memory stays flat, and the death of a worker is told. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, launchChromium } from './chromium';
import { openPage } from './page';
import { serve, type TestServer } from './server';

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  ts: number;
  /** Processor time of the thread, in microseconds: of a wall clock, a busy machine would take its share. */
  tdur?: number;
  args: { name?: string };
}

/** Milliseconds of every task of the page's main thread, from the mark 'begin' on. */
function busyTimes(trace: Buffer): number[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const begin = traceEvents.find(({ name }) => name === 'begin')!;
  return traceEvents
    .filter(
      ({ name, pid, tid, ts }) => name.endsWith('RunTask') && pid === begin.pid && tid === begin.tid && ts > begin.ts,
    )
    .map(({ tdur = 0 }) => tdur / 1000);
}

describe.skipIf(!chromiumPath)('in Chromium', () => {
  let browser: Browser;
  let server: TestServer;
  let page: Page;
  beforeAll(async () => {
    server = await serve();
    browser = await launchChromium({ args: ['--js-flags=--expose-gc', '--enable-precise-memory-info'] });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function withPage<T>(task: () => Promise<T>): Promise<T> {
    page = await openPage(browser, server.origin);
    try {
      return await task();
    } finally {
      await page.close();
    }
  }

  test('a hundred classifications never keep the page from its work for 20 ms', async () => {
    const [answers, busy] = await withPage(async () => {
      const answers = page.evaluate(async () => {
        const model = await edge.load('/nsfwjs/model.json');
        const canvas = document.createElement('canvas');
        Object.assign(canvas, { width: 640, height: 480 });
        const context = canvas.getContext('2d')!;
        let answers = 0;
        for (let i = 0; i < 105; i++) {
          if (i === 5) performance.mark('begin');
          context.fillStyle = `hsl(${i * 3} 90% 50%)`;
          context.fillRect(i, i, 300, 200);
          answers += (await model.classify(canvas)).length;
        }
        model.close();
        return answers;
      });
      await browser.startTracing(page, { categories: ['toplevel', 'blink.user_timing'] });
      const count = await answers;
      return [count, busyTimes(await browser.stopTracing())];
    });
    expect(answers).toBe(525);
    expect(busy.length).toBeGreaterThan(100);
    expect(Math.max(...busy)).toBeLessThan(20);
  });

  test('ten thousand classifications leave memory flat', async () => {
    const session = await browser.newBrowserCDPSession();
    /** Resident bytes of all renderers: page, worker and WebAssembly. */
    const resident = async () => {
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      const pids = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
      return pids.reduce(
        (sum, pid) => sum + 4096 * Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]),
        0,
      );
    };
    const [early, late] = await withPage(async () => {
      await page.evaluate(async () => {
        const model = await edge.load(edge.mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 10 }));
        Object.assign(globalThis, { model });
      });
      // Garbage comes and goes, a leak only comes: the least of five samples tells.
      const leastOver = async (count: number) => {
        let least = Number.POSITIVE_INFINITY;
        for (let sample = 0; sample < 5; sample++) {
          await page.evaluate(
            async ({ count }) => {
              const { gc, model } = globalThis as unknown as {
                gc(): void;
                model: Awaited<ReturnType<typeof edge.load>>;
              };
              const picture = new ImageData(100, 80);
              for (let i = 0; i < count; i += 10) await model.classify(Array(10).fill(picture));
              gc();
            },
            { count: count / 5 },
          );
          least = Math.min(least, await resident());
        }
        return least;
      };
      await leastOver(2000);
      return [await leastOver(5000), await leastOver(5000)];
    });
    // A picture is 32 KB: a leak of each would be 160 MB.
    expect((late - early) / 2 ** 20).toBeLessThan(20);
  }, 180_000);

  test('a worker that ends by itself rejects what it owes, and load works again', async () => {
    const codes = await withPage(async () => {
      await page.evaluate(async () => {
        const model = await edge.load('/nsfwjs/model.json');
        const pictures = Array(200).fill(new ImageData(64, 64));
        Object.assign(globalThis, { model, owed: model.classify(pictures).catch((error) => error.code) });
      });
      await page.workers()[0].evaluate(() => self.close());
      return page.evaluate(async () => {
        const { model, owed } = globalThis as unknown as {
          model: Awaited<ReturnType<typeof edge.load>>;
          owed: Promise<unknown>;
        };
        const codes = [await owed];
        codes.push(await model.classify(new ImageData(8, 8)).catch((error) => error.code));
        model.close();
        const again = await edge.load('/nsfwjs/model.json');
        codes.push((await again.classify(new ImageData(8, 8))).length);
        again.close();
        return codes;
      });
    });
    expect(codes).toEqual(['INTERNAL', 'INTERNAL', 5]);
  });

  test('a worker that throws outside of a call is dead too', async () => {
    const code = await withPage(async () => {
      await page.evaluate(async () => {
        Object.assign(globalThis, { model: await edge.load('/nsfwjs/model.json') });
      });
      await page.workers()[0].evaluate(() => {
        setTimeout(() => {
          throw new Error('on purpose');
        });
      });
      return page.evaluate(async () => {
        const { model } = globalThis as unknown as { model: Awaited<ReturnType<typeof edge.load>> };
        for (;;) {
          const code = await model.classify(new ImageData(8, 8)).then(
            () => undefined,
            (error) => error.code,
          );
          if (code) return code;
        }
      });
    });
    expect(code).toBe('INTERNAL');
  });

  test('close() ends the worker', async () => {
    await withPage(async () => {
      await page.evaluate(async () => {
        const model = await edge.load(edge.mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 10 }));
        model.close();
      });
      await expect.poll(() => page.workers().length).toBe(0);
    });
  });
});
