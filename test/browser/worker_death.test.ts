/** The death of a worker is told, whatever it does: nothing waits for ever. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chromiumPath, launchChromium } from './chromium';
import { openPage } from './page';
import { ISOLATION, serve, type TestServer } from './server';

type LoadedModel = Awaited<ReturnType<typeof edge.load>>;
type TestGlobals = typeof globalThis & { started: Worker[]; model: LoadedModel; owed: Promise<unknown> };

describe.skipIf(!chromiumPath)('in Chromium', () => {
  let browser: Browser;
  let server: TestServer;
  let page: Page;
  beforeAll(async () => {
    server = await serve({ headers: ISOLATION });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  beforeEach(async () => {
    page = await openPage(browser, server.origin);
  });
  afterEach(() => page?.close());

  /** Loads a model whose workers are `started`, the one that leads first, and has it owe answers. */
  async function startWork(threads: number, answers = 200): Promise<void> {
    await page.evaluate(
      async ({ threads, answers }) => {
        const started: Worker[] = [];
        globalThis.Worker = class extends Worker {
          constructor(...args: ConstructorParameters<typeof Worker>) {
            super(...args);
            started.push(this);
          }
        };
        const model = await edge.load('/nsfwjs/model.json', { threads });
        if (model.info.threads !== threads) throw new Error(`Expected ${threads} but received ${model.info.threads}`);
        const owed = model.classify(Array(answers).fill(new ImageData(64, 64))).catch((error) => error.code);
        await model.classify(new ImageData(64, 64), { signal: AbortSignal.timeout(50) }).catch(() => undefined);
        Object.assign(globalThis, { started, model, owed });
      },
      { threads, answers },
    );
  }

  /** Codes of what was owed and of what is asked later; and how many classes a model loaded then gives. */
  async function outcome(): Promise<unknown[]> {
    return page.evaluate(async () => {
      const { model, owed } = globalThis as unknown as TestGlobals;
      const codes = [await owed];
      codes.push(await model.classify(new ImageData(8, 8)).catch((error) => error.code));
      model.close();
      const again = await edge.load('/nsfwjs/model.json', { threads: model.info.threads });
      codes.push((await again.classify(new ImageData(8, 8))).length);
      again.close();
      return codes;
    });
  }

  test('a worker that ends by itself', async () => {
    await startWork(1);
    await page.workers()[0].evaluate(() => self.close());
    expect(await outcome()).toEqual(['INTERNAL', 'INTERNAL', 5]);
  });

  test('a worker that throws outside of a call', async () => {
    await startWork(1);
    await page.workers()[0].evaluate(() => {
      setTimeout(() => {
        throw new Error('on purpose');
      });
    });
    expect(await outcome()).toEqual(['INTERNAL', 'INTERNAL', 5]);
  });

  test.each([
    ['that leads', 0],
    ['that assists', 1],
    ['that assists, too', 2],
  ])('one of three workers, %s', async (_, which) => {
    await startWork(3);
    await page.evaluate((which) => (globalThis as unknown as TestGlobals).started[which].terminate(), which);
    expect(await outcome()).toEqual(['INTERNAL', 'INTERNAL', 5]);
  });

  test('an assistant that dies while the model rests', async () => {
    await startWork(2, 2);
    const code = await page.evaluate(async () => {
      const { model, owed, started } = globalThis as unknown as TestGlobals;
      await owed;
      started[1].terminate();
      for (;;) {
        const answer = await model.classify(new ImageData(8, 8)).catch((error) => error.code);
        if (typeof answer === 'string') return answer;
      }
    });
    expect(code).toBe('INTERNAL');
  });

  test('an assistant that cannot be started', async () => {
    const codes = await page.evaluate(async () => {
      const Plain = Worker;
      const codes: string[] = [];
      for (const secondScript of [undefined, '/nowhere.mjs']) {
        let count = 0;
        globalThis.Worker = class extends Plain {
          constructor(url: string | URL, options?: WorkerOptions) {
            if (++count === 2 && !secondScript) throw new DOMException('on purpose');
            super(count === 2 ? secondScript! : url, options);
          }
        };
        codes.push(await edge.load('/nsfwjs/model.json', { threads: 2 }).catch((error) => error.code));
      }
      return codes;
    });
    expect(codes).toEqual(['BACKEND_UNAVAILABLE', 'BACKEND_UNAVAILABLE']);
    await expect.poll(() => page.workers().length).toBe(0);
  });

  test('close() ends all workers, those that wait for work too', async () => {
    await startWork(3);
    await page.evaluate(async () => {
      const { model, owed } = globalThis as unknown as TestGlobals;
      model.close();
      await owed;
    });
    await expect.poll(() => page.workers().length).toBe(0);
  });
});
