/** However the package is served: strict policies, another origin, one file, files in other places, no worker; and the threads that are used. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoadOptions } from '../../lib/browser/load';
import { chromiumPath, launchChromium } from './chromium';
import { openPage } from './page';
import { EDGE_PAGE, ISOLATION, pageOf, type ServeOptions, serve } from './server';

const DIST = join(__dirname, '..', '..', 'dist');
const POLICY = "default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

test('no part of Node is in the browser entries', () => {
  for (const name of readdirSync(join(DIST, 'browser')).filter((name) => name.endsWith('.mjs'))) {
    const text = readFileSync(join(DIST, 'browser', name), 'utf8');
    expect(text, name).not.toMatch(/(from|import|require)\s*\(?\s*["'`](node:|fs|path|util|url|zlib|worker_threads)/);
    expect(text, name).not.toMatch(/\bprocess\.|\bBuffer\.from|__dirname/);
  }
});

describe.skipIf(!chromiumPath)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  /** The answer to a picture and the threads that gave it, on a page that is served so; two threads are asked for. */
  async function classify(options: ServeOptions, loadOptions: LoadOptions = {}) {
    const server = await serve(options);
    try {
      const page = await openPage(browser, server.origin);
      const info = await page.evaluate(
        async ({ loadOptions }) => {
          const model = await edge.load(edge.mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 5 }), loadOptions);
          const classes = await model.classify(new ImageData(8, 8), { topK: 2 });
          model.close();
          return { threads: model.info.threads, classes: classes.length };
        },
        { loadOptions: { threads: 2, ...loadOptions } },
      );
      await page.close();
      return { ...info, requests: server.requests };
    } finally {
      await server.close();
    }
  }
  const alone = { threads: 1, classes: 2 };
  const twoThreads = { threads: 2, classes: 2 };
  const onMain = { thread: 'main' } as const;

  test("under a policy that allows nothing but 'self' and wasm-unsafe-eval", async () => {
    const headers = { 'content-security-policy': POLICY };
    expect(await classify({ headers })).toMatchObject(alone);
    expect(await classify({ headers }, onMain)).toMatchObject(alone);
    expect(await classify({ headers: { ...headers, ...ISOLATION } })).toMatchObject(twoThreads);
  });

  test('without wasm-unsafe-eval it is a typed error', async () => {
    const headers = { 'content-security-policy': POLICY.replace("'wasm-unsafe-eval'", '') };
    await expect(classify({ headers })).rejects.toThrow(/wasm-unsafe-eval/);
  });

  test('where workers are forbidden it is a typed error, and the main thread works', async () => {
    const headers = { 'content-security-policy': `${POLICY}; worker-src 'none'` };
    await expect(classify({ headers })).rejects.toThrow(/worker/);
    expect(await classify({ headers }, onMain)).toMatchObject(alone);
  });

  test('a page may not wait for other threads: its main thread runs alone', async () => {
    expect(await classify({ headers: ISOLATION }, onMain)).toMatchObject(alone);
  });

  test("an isolated page whose worker's script lacks the header is told so", async () => {
    const without = ['/dist/browser/host.mjs'];
    await expect(classify({ headers: ISOLATION, without })).rejects.toThrow(/Cross-Origin-Embedder-Policy/);
    expect(
      await classify({ headers: ISOLATION, without: ['/dist/wasm/mobilenet_edge.relaxed-simd.threads.wasm'] }),
    ).toMatchObject(twoThreads);
  });

  test('one file with everything inside asks for nothing else', async () => {
    const pages = { '/': pageOf('/dist/browser/inline.mjs') };
    const runs = [
      { headers: {}, options: {}, right: alone },
      { headers: {}, options: onMain, right: alone },
      { headers: ISOLATION, options: {}, right: twoThreads },
    ];
    for (const { headers, options, right } of runs) {
      const { requests, ...info } = await classify({ pages, headers }, options);
      expect(info).toMatchObject(right);
      expect(requests).toEqual(['/', '/edge.mjs?/dist/browser/inline.mjs', '/dist/browser/inline.mjs']);
    }
  });

  test('from another origin, as a CDN', async () => {
    const cdn = await serve({ headers: { ...ISOLATION, 'access-control-allow-origin': '*' } });
    const pages = { '/': pageOf(`${cdn.origin}/dist/browser/index.mjs`) };
    expect(await classify({ pages })).toMatchObject(alone);
    expect(await classify({ pages, headers: ISOLATION })).toMatchObject(twoThreads);
    await cdn.close();
  });

  test('wasmUrl and workerUrl name other places', async () => {
    const folders = { '/elsewhere/wasm/': join(DIST, 'wasm') };
    const pages = { '/': EDGE_PAGE, '/elsewhere/worker.mjs': readFileSync(join(DIST, 'browser', 'host.mjs')) };
    const options = { wasmUrl: '/elsewhere/wasm', workerUrl: 'elsewhere/worker.mjs' };
    const { requests, ...info } = await classify({ folders, pages }, options);
    expect(info).toMatchObject(alone);
    expect(requests.slice(3).sort()).toEqual([
      '/elsewhere/wasm/mobilenet_edge.relaxed-simd.wasm',
      '/elsewhere/worker.mjs',
    ]);
    const isolated = await classify({ folders, pages, headers: ISOLATION }, options);
    expect(isolated).toMatchObject(twoThreads);
    expect([...new Set(isolated.requests.slice(3))].sort()).toEqual([
      '/elsewhere/wasm/mobilenet_edge.relaxed-simd.threads.wasm',
      '/elsewhere/worker.mjs',
    ]);
  });

  test('wasmBinary needs no file; what it has decides', async () => {
    const server = await serve({ headers: ISOLATION });
    const page = await openPage(browser, server.origin);
    const infos = await page.evaluate(async () => {
      const infoOf = async (...names: ('simd128' | 'simd128.threads')[]) => {
        const wasmBinary: Record<string, ArrayBuffer> = {};
        for (const name of names) {
          wasmBinary[name] = await (await fetch(`/dist/wasm/mobilenet_edge.${name}.wasm`)).arrayBuffer();
        }
        const options = { wasmBinary, threads: 2 };
        const model = await edge.load(edge.mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 5 }), options);
        model.close();
        return `${model.info.isa} ${model.info.threads}`;
      };
      return [await infoOf('simd128'), await infoOf('simd128', 'simd128.threads'), await infoOf('simd128.threads')];
    });
    expect(infos).toEqual(['simd128 1', 'simd128 2', 'simd128 2']);
    expect(server.requests.filter((url) => url.endsWith('.wasm'))).toHaveLength(4);
    await page.close();
    await server.close();
  });
});
