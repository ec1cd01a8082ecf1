/** Where contestants of `--browser` run: each on a page of its own, in a process of its own, of one Chromium. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { startServer } from './server.mjs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

class ContestantPage {
  #page;
  #name;
  #server;

  constructor(page, name, server) {
    this.#page = page;
    this.#name = name;
    this.#server = server;
  }

  /** Runs a command of turns.mjs. Rejects with the page's error, its `code` included. */
  async ask(command, args = {}) {
    const { files = {} } = args;
    const urls = Object.fromEntries(Object.entries(files).map(([kind, path]) => [kind, this.#server.share(path)]));
    const message = { command, args: { ...args, files: urls } };
    const { value, error } = await this.#page.evaluate((message) => globalThis.obey(message), message);
    if (error) throw Object.assign(new Error(`${this.#name}: ${error.message}`), error);
    return value;
  }

  end() {
    this.#page.close().catch(() => {});
  }
}

/**
 * { system, start(contestant), close() }, as the one of processes in run.mjs. `processors` of a contestant is how many its
 * page is told that there are.
 */
export async function openBrowser() {
  const executablePath = [process.env.MOBILENET_EDGE_CHROMIUM, ...PLACES].find((path) => path && existsSync(path));
  if (!executablePath) throw new Error('no Chromium was found (Debian: apt-get install chromium)');
  const server = await startServer();
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  return {
    system: `Chromium ${browser.version()}`,
    async start({ name, processors }) {
      const page = await browser.newPage();
      if (processors) {
        const session = await page.context().newCDPSession(page);
        await session.send('Emulation.setHardwareConcurrencyOverride', { hardwareConcurrency: processors });
      }
      page.on('pageerror', (error) => process.stderr.write(`${name}: ${error.message}\n`));
      await page.goto(server.origin);
      await page.waitForFunction(() => globalThis.obey && crossOriginIsolated);
      return new ContestantPage(page, name, server);
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}
