/** A page of a test server with the package as the global `edge`. */
import type { Browser, Page } from 'playwright-core';

declare global {
  var edge: typeof import('../../lib/browser/index.mjs', { with: { 'resolution-mode': 'import' }});
}

export async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => globalThis.edge);
  return page;
}
