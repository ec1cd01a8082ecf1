/** However the package is served: strict policies, another origin, one file, files in other places, no worker. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

  /** The classes of a picture on a page that is served so, by an expression that gives options of load. */
  async function classify(options: ServeOptions, loadOptions: string, setUp?: string) {
    const server = await serve(options);
    try {
      const page = await openPage(browser, server.origin);
      if (setUp) await page.evaluate(setUp);
      const info = await page.evaluate(
        async ({ loadOptions }) => {
          const given = loadOptions.startsWith('{') ? JSON.parse(loadOptions) : {};
          const model = await edge.load(edge.mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 5 }), given);
          const classes = await model.classify(new ImageData(8, 8), { topK: 2 });
          model.close();
          return { backend: model.info.backend, classes: classes.length };
        },
        { loadOptions },
      );
      await page.close();
      return { ...info, requests: server.requests };
    } finally {
      await server.close();
    }
  }
  const right = { backend: 'wasm', classes: 2 };

  test("under a policy that allows nothing but 'self' and wasm-unsafe-eval", async () => {
    const headers = { 'content-security-policy': POLICY };
    expect(await classify({ headers }, '{}')).toMatchObject(right);
    expect(await classify({ headers }, '{"thread":"main"}')).toMatchObject(right);
  });

  test('without wasm-unsafe-eval it is a typed error', async () => {
    const headers = { 'content-security-policy': POLICY.replace("'wasm-unsafe-eval'", '') };
    await expect(classify({ headers }, '{}')).rejects.toThrow(/wasm-unsafe-eval/);
  });

  test('where workers are forbidden it is a typed error, and the main thread works', async () => {
    const headers = { 'content-security-policy': `${POLICY}; worker-src 'none'` };
    await expect(classify({ headers }, '{}')).rejects.toThrow(/worker/);
    expect(await classify({ headers }, '{"thread":"main"}')).toMatchObject(right);
  });

  test('one file with everything inside asks for nothing else', async () => {
    const pages = { '/': pageOf('/dist/browser/inline.mjs') };
    for (const options of ['{}', '{"thread":"main"}']) {
      const { requests, ...info } = await classify({ pages }, options);
      expect(info).toMatchObject(right);
      expect(requests).toEqual(['/', '/edge.mjs?/dist/browser/inline.mjs', '/dist/browser/inline.mjs']);
    }
  });

  test('from another origin, as a CDN', async () => {
    const cdn = await serve({ headers: { ...ISOLATION, 'access-control-allow-origin': '*' } });
    const pages = { '/': pageOf(`${cdn.origin}/dist/browser/index.mjs`) };
    expect(await classify({ pages }, '{}')).toMatchObject(right);
    expect(await classify({ pages, headers: ISOLATION }, '{}')).toMatchObject(right);
    await cdn.close();
  });

  test('wasmUrl and workerUrl name other places', async () => {
    const folders = { '/elsewhere/wasm/': join(DIST, 'wasm') };
    const pages = { '/': EDGE_PAGE, '/elsewhere/worker.mjs': readFileSync(join(DIST, 'browser', 'host.mjs')) };
    const options = { wasmUrl: '/elsewhere/wasm', workerUrl: 'elsewhere/worker.mjs' };
    const { requests, ...info } = await classify({ folders, pages }, JSON.stringify(options));
    expect(info).toMatchObject(right);
    expect(requests.slice(3).sort()).toEqual([
      '/elsewhere/wasm/mobilenet_edge.relaxed-simd.wasm',
      '/elsewhere/worker.mjs',
    ]);
  });

  test('wasmBinary needs no file', async () => {
    const server = await serve();
    const page = await openPage(browser, server.origin);
    const isa = await page.evaluate(async () => {
      const simd128 = await (await fetch('/dist/wasm/mobilenet_edge.simd128.wasm')).arrayBuffer();
      const model = await edge.load(edge.mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 5 }), {
        wasmBinary: { simd128 },
      });
      model.close();
      return model.info.isa;
    });
    expect(isa).toBe('simd128');
    await page.close();
    await server.close();
  });
});
