/** What servers send in place of files, what the Cache keeps, and how much is taken. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { withArchive } from '../fixtures/label_archive';
import { smallFloatNetwork } from '../fixtures/small_tflite';
import { buildMetadata, buildTflite } from '../fixtures/tflite_builder';
import { chromiumPath, launchChromium } from './chromium';
import { openPage } from './page';
import { serve, type TestServer } from './server';

const LOGIN = '<!doctype html><title>Please log in</title>';

/** More than sockets and the browser hold of what nobody has read; without a limit the answers would never end. */
const MOST_ON_ITS_WAY = 1 << 28;

/** Another server, whose answers a test changes. */
class Site {
  readonly answers = new Map<string, string | Uint8Array | 'endless'>();
  readonly requests: string[] = [];
  /** Bytes of endless answers that were handed over. */
  sent = 0;
  #server: Server;

  constructor() {
    this.#server = createServer(({ url = '' }, response) => {
      this.requests.push(url);
      const answer = this.answers.get(url);
      const length = answer === 'endless' ? { 'transfer-encoding': 'chunked' } : {};
      response.writeHead(answer === undefined ? 404 : 200, { 'access-control-allow-origin': '*', ...length });
      if (answer !== 'endless') {
        response.end(answer);
        return;
      }
      const piece = new Uint8Array(1 << 16).fill(0x0a);
      const more = (): void => {
        if (response.destroyed) return;
        this.sent += piece.length;
        if (response.write(piece)) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

describe.skipIf(!chromiumPath)('in Chromium', () => {
  let browser: Browser;
  let server: TestServer;
  let page: Page;
  let origin: string;
  const site = new Site();
  const model = buildTflite(smallFloatNetwork());

  beforeAll(async () => {
    server = await serve();
    browser = await launchChromium();
    page = await openPage(browser, server.origin);
    origin = await site.open();
  });
  afterEach(() => {
    site.answers.clear();
    site.requests.length = 0;
    site.sent = 0;
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await site.close();
  });

  /** 'loaded', or the code of the error. */
  const load = (url: string, options: object = { cache: true }) =>
    page.evaluate(
      async ([source, given]) => {
        try {
          (await edge.load(source as string, given as object)).close();
          return 'loaded';
        } catch (error) {
          return (error as { code: string }).code;
        }
      },
      [url, options] as const,
    );

  test('a page in place of the model is not kept: the next time the server is asked again', async () => {
    site.answers.set('/a.tflite', LOGIN);
    expect(await load(`${origin}/a.tflite`)).toBe('MODEL_INVALID');
    site.answers.set('/a.tflite', model);
    expect(await load(`${origin}/a.tflite`)).toBe('loaded');
    expect(site.requests).toEqual(['/a.tflite', '/a.tflite']);
    // Now it is kept.
    expect(await load(`${origin}/a.tflite`)).toBe('loaded');
    expect(site.requests).toHaveLength(2);
  });

  test('nor is a model.json whose weights are not those that it means', async () => {
    const json = {
      modelTopology: { class_name: 'Sequential', config: { layers: [] } },
      weightsManifest: [{ paths: ['w.bin'], weights: [{ name: 'a/kernel', shape: [1], dtype: 'float32' }] }],
    };
    site.answers.set('/m/model.json', JSON.stringify(json)).set('/m/w.bin', LOGIN);
    expect(await load(`${origin}/m/model.json`)).toBe('MODEL_INVALID');
    expect(await page.evaluate(async (url) => (await caches.match(url)) === undefined, `${origin}/m/model.json`)).toBe(
      true,
    );
  });

  test('what is in the Cache and cannot be read is dropped and fetched again', async () => {
    await page.evaluate(async ([url, text]) => (await caches.open('mobilenet-edge')).put(url, new Response(text)), [
      `${origin}/b.tflite`,
      LOGIN,
    ] as const);
    site.answers.set('/b.tflite', model);
    expect(await load(`${origin}/b.tflite`)).toBe('loaded');
    expect(await load(`${origin}/b.tflite`)).toBe('loaded');
    expect(site.requests).toEqual(['/b.tflite']);
  });

  test('of endless weights, labels and metadata no more is taken than could be needed', async () => {
    const weights = [{ name: 'a/kernel', shape: [1], dtype: 'float32' }];
    const json = { modelTopology: {}, weightsManifest: [{ paths: ['w.bin'], weights }] };
    site.answers.set('/e/model.json', JSON.stringify(json)).set('/e/w.bin', 'endless');
    expect(await load(`${origin}/e/model.json`)).toBe('MODEL_INVALID');
    expect(site.sent).toBeLessThan(MOST_ON_ITS_WAY);
    site.sent = 0;
    site.answers.set('/c.tflite', model).set('/labels.txt', 'endless');
    expect(await load(`${origin}/c.tflite`, { labels: `${origin}/labels.txt` })).toBe('LABELS_INVALID');
    expect(site.sent).toBeLessThan(MOST_ON_ITS_WAY);
  });

  test('a text file that is picked with a model names its classes; a language can be wished for', async () => {
    const metadata = buildMetadata({
      labelFiles: [
        ['en.txt', 'en'],
        ['de.txt', 'de'],
      ],
    });
    const texts = { 'en.txt': 'one\ntwo\nthree\nfour\nfive', 'de.txt': 'eins\nzwei\ndrei\nvier\nfünf' };
    const bilingual = withArchive(buildTflite({ ...smallFloatNetwork(), metadata }), texts, { offsets: 'archive' });
    const answers = await page.evaluate(
      async ([plain, named]) => {
        const bytes = (values: number[]) => new Uint8Array(values);
        const labels = new File(['a\nb\nc\nd\ne\n'], 'my classes.txt');
        const few = new File(['a\nb\n'], 'labels.txt');
        const names = async (source: unknown, options?: object) => {
          const loaded = await edge.load(source as File, options);
          const classes = await loaded.classify(new ImageData(9, 9));
          loaded.close();
          const inOrder = classes.sort((x, y) => x.index - y.index).map(({ className }) => className);
          return [inOrder.join(' '), loaded.info.warnings.length];
        };
        const file = new File([bytes(plain)], 'cats.tflite');
        return [
          await names(file),
          await names([file, labels]),
          await names([few, labels, file]),
          await names([file, few]),
          await names(bytes(named)),
          await names(bytes(named), { labelsLocale: 'de' }),
        ];
      },
      [Array.from(model), Array.from(bilingual)] as const,
    );
    const numbers = 'class 0 class 1 class 2 class 3 class 4';
    expect(answers).toEqual([
      [numbers, 0],
      ['a b c d e', 0],
      ['a b c d e', 0],
      [numbers, 1],
      ['one two three four five', 0],
      ['eins zwei drei vier fünf', 0],
    ]);
  });
});
