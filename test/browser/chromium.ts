/** A real Chromium for tests, driven through playwright-core; nothing is downloaded. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** MOBILENET_EDGE_CHROMIUM, or where the distributions put it. */
export const chromiumPath = [process.env.MOBILENET_EDGE_CHROMIUM, ...PLACES].find((path) => path && existsSync(path));

if (!chromiumPath) {
  const message = 'no Chromium was found (Debian: apt-get install chromium): the tests in it are skipped';
  if (process.env.MOBILENET_EDGE_REQUIRE_CHROMIUM === '1') throw new Error(message);
  console.warn(message);
}

export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  const args = ['--no-sandbox', ...(options.args ?? [])];
  return chromium.launch({ ...options, args, executablePath: chromiumPath });
}
