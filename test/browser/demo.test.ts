/** The demo page, built and used as a visitor does: a picture is dropped, a camera is on, classes are taught. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { load, loadHead } from '../../lib';
import { NSFWJS_LABELS, nsfwjsModel } from '../../scripts/nsfwjs_model.mjs';
import { chromiumPath, launchChromium } from './chromium';
import { ISOLATION, serve, type TestServer } from './server';

const ROOT = join(__dirname, '..', '..');
const SCREENSHOTS = join(ROOT, 'build', 'screenshots');
const BABOON = join(ROOT, 'node_modules', 'baboon-image', 'baboon.png');

interface Opened {
  page: Page;
  complaints: string[];
}

describe.skipIf(!chromiumPath)('in Chromium', () => {
  let browser: Browser;
  let server: TestServer;
  const served = (headers: Record<string, string>): Promise<TestServer> => {
    const web = join(ROOT, 'examples', 'web', 'dist');
    return serve({
      headers,
      folders: { '/assets/': join(web, 'assets'), '/model/': join(web, 'model') },
      pages: { '/': readFileSync(join(web, 'index.html'), 'utf8'), '/baboon.png': readFileSync(BABOON) },
    });
  };

  beforeAll(async () => {
    const { build } = await import('vite');
    await build({ configFile: join(ROOT, 'examples', 'web', 'vite.config.mts'), logLevel: 'error' });
    server = await served(ISOLATION);
    browser = await launchChromium({
      args: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** Opens the page and waits for its first answer. Whatever the page complains of fails the test. */
  async function open(options: Parameters<Browser['newPage']>[0] = {}, url = server.origin): Promise<Opened> {
    const page = await browser.newPage({ viewport: { width: 1120, height: 860 }, ...options });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(url);
    await page.locator('#bars li').nth(4).waitFor({ timeout: 60_000 });
    await page.locator('#inference-ms', { hasText: 'ms' }).waitFor();
    return { page, complaints };
  }

  async function shownThreads(page: Page): Promise<number> {
    return Number(await page.locator('#threads').textContent());
  }

  /** Two where the machine has them, and at most half of many. */
  async function possibleThreads(page: Page): Promise<number> {
    return page.evaluate(() => {
      const { hardwareConcurrency: processors } = navigator;
      return processors < 2 ? 1 : Math.min(4, Math.max(2, Math.floor(processors / 2)));
    });
  }

  async function shownClasses(page: Page): Promise<string[]> {
    return page.locator('#bars li').evaluateAll((rows) => rows.map((row) => row.querySelector('span')!.textContent!));
  }

  async function drop(page: Page, bytes: Buffer, name: string, type: string): Promise<void> {
    const files = await page.evaluateHandle(
      ({ text, name, type }) => {
        const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], name, { type }));
        return transfer;
      },
      { text: bytes.toString('base64'), name, type },
    );
    await page.dispatchEvent('#drop', 'drop', { dataTransfer: files });
  }

  test('a dropped picture gets the answer that Node gives', async () => {
    // Another than the page begins with.
    const picture = await sharp(BABOON).negate().png().toBuffer();
    const model = await load(nsfwjsModel(), {
      labels: NSFWJS_LABELS,
      preprocess: { crop: 'stretch', resize: 'bilinear-align-corners', range: '0..1' },
    });
    const expected = await model.classify(picture);
    model.close();
    const { page, complaints } = await open();
    await drop(page, picture, 'dropped.png', 'image/png');
    await page.locator('#view[aria-label="The picture dropped.png"]').waitFor();
    const [{ className, probability }] = expected;
    await expect
      .poll(() => page.locator('#spoken').textContent())
      .toBe(`${className}, ${(100 * probability).toFixed(1)} %`);
    expect(await shownClasses(page)).toEqual(expected.map(({ className }) => className));
    expect(await page.locator('#backend').textContent()).toMatch(/wasm, (relaxed-simd|simd128)/);
    expect(await shownThreads(page)).toBe(await possibleThreads(page));
    expect(complaints).toEqual([]);
    await page.screenshot({ path: join(SCREENSHOTS, 'light.png'), fullPage: true });
    await page.close();
  });

  test('what is no picture and no model is told', async () => {
    const { page } = await open();
    await drop(page, readFileSync(join(ROOT, 'package.json')), 'package.json', 'application/json');
    await expect
      .poll(() => page.locator('#problem').textContent())
      .toMatch(/package\.json is JSON without modelTopology.*tfjs layers models \(model\.json with its weights\)/);
    expect(await page.locator('#model-name').textContent()).toMatch(/stays/);
    await page.screenshot({ path: join(SCREENSHOTS, 'problem.png') });
    await page.close();
  });

  test('the camera: live answers, classes taught, saved for Node; by keyboard, in the dark', async () => {
    const { page, complaints } = await open({ colorScheme: 'dark', permissions: ['camera'] });
    const press = async (selector: string) => {
      await page.focus(selector);
      await page.keyboard.press('Enter');
    };
    await press('#webcam');
    await page.locator('#camera').waitFor({ state: 'visible' });
    await expect.poll(() => page.locator('#fps').textContent()).toMatch(/^\d+$/);
    await page.screenshot({ path: join(SCREENSHOTS, 'camera.png'), fullPage: true });

    for (let i = 0; i < 3; i++) await press('#classes li:nth-child(1) button');
    await expect.poll(() => page.locator('.count').nth(0).textContent()).toBe('3');
    await press('#webcam');
    await page.locator('#webcam[aria-pressed=false]').waitFor();
    for (let i = 0; i < 3; i++) await press('#classes li:nth-child(2) button');
    await expect.poll(() => page.locator('.count').nth(1).textContent()).toBe('3');
    await page.getByLabel('Name of class 1').fill('Test card');
    await page.getByLabel('Name of class 2').fill('Baboon');
    await press('#train');
    await page.locator('#own-bars li').first().waitFor();
    expect(await page.locator('#own-bars li span').first().textContent()).toBe('Baboon');
    await page.screenshot({ path: join(SCREENSHOTS, 'dark.png'), fullPage: true });

    const [download] = await Promise.all([page.waitForEvent('download'), press('#save-head')]);
    const path = await download.path();
    const model = await load(nsfwjsModel(), {
      preprocess: { crop: 'stretch', resize: 'bilinear-align-corners', range: '0..1' },
    });
    const head = await loadHead(path, { model });
    const [best] = await head.classify(BABOON);
    expect(best.className).toBe('Baboon');
    model.close();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a phone's width has no sideways scrolling, everything has a name", async () => {
    const { page } = await open({ viewport: { width: 360, height: 780 }, colorScheme: 'light' });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    const nameless = await page
      .locator('button, input:not([aria-hidden]), canvas, progress:not([hidden])')
      .evaluateAll((all) => all.filter((one) => !one.textContent?.trim() && !one.getAttribute('aria-label')).length);
    expect(nameless).toBe(0);
    await page.screenshot({ path: join(SCREENSHOTS, 'phone.png'), fullPage: true });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: join(SCREENSHOTS, 'phone-dark.png'), fullPage: true });
    await page.close();
  });

  test('from a plain static host, without the headers that threads need', async () => {
    const plain = await served({});
    const { page, complaints } = await open({}, plain.origin);
    expect(await shownThreads(page)).toBe(1);
    expect(complaints).toEqual([]);
    await page.close();
    await plain.close();
  });

  test('from its own development server, on several threads', async () => {
    const { createServer } = await import('vite');
    const config = { configFile: join(ROOT, 'examples', 'web', 'vite.config.mts'), logLevel: 'error' } as const;
    const vite = await createServer({ ...config, server: { port: 0, host: '127.0.0.1', hmr: false, watch: null } });
    await vite.listen();
    const { page, complaints } = await open({}, vite.resolvedUrls!.local[0]);
    expect(await shownThreads(page)).toBe(await possibleThreads(page));
    expect(complaints).toEqual([]);
    await page.close();
    await vite.close();
  });
});
