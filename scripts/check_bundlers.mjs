// Builds a minimal project from the packed tarball with Vite, webpack and esbuild, and runs each in Chromium.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] }).toString();

const executablePath = [process.env.MOBILENET_EDGE_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
);
if (!executablePath) throw new Error('no Chromium was found (Debian: apt-get install chromium)');

const folder = mkdtempSync(join(tmpdir(), 'mobilenet-edge-bundlers-'));
cpSync(join(root, 'test', 'bundlers'), folder, { recursive: true });
const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root));
run('npm', ['ci', '--no-audit', '--no-fund'], folder);
const target = join(folder, 'node_modules', 'mobilenet-edge');
mkdirSync(target, { recursive: true });
run('tar', ['-xzf', join(folder, packed.filename), '-C', target, '--strip-components=1'], folder);

const require = createRequire(join(folder, 'package.json'));
const page = (script) =>
  `<!doctype html><title>test</title><link rel="icon" href="data:,"><script type="module" src="${script}"></script>`;

const BUNDLERS = {
  async vite(out) {
    writeFileSync(join(folder, 'index.html'), page('./app.js'));
    const { build } = await import(require.resolve('vite'));
    await build({ root: folder, base: './', logLevel: 'error', configFile: false, build: { outDir: out } });
  },
  async webpack(out) {
    const webpack = require('webpack');
    const compiler = webpack({
      mode: 'production',
      context: folder,
      entry: './app.js',
      output: { path: out, filename: 'app.js' },
    });
    const stats = await new Promise((resolve, reject) =>
      compiler.run((error, done) => (error ? reject(error) : resolve(done))),
    );
    if (stats.hasErrors()) throw new Error(stats.toString('errors-only'));
    writeFileSync(join(out, 'index.html'), page('./app.js'));
  },
  // esbuild copies no assets: one entry has them inside.
  async esbuild(out) {
    const { build } = require('esbuild');
    await build({
      entryPoints: [join(folder, 'app_inline.js')],
      bundle: true,
      format: 'esm',
      outfile: join(out, 'app.js'),
    });
    writeFileSync(join(out, 'index.html'), page('./app.js'));
  },
};

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** What the built page answers in Chromium. */
async function resultOf(browser, out) {
  const server = createServer((request, response) => {
    const path = join(out, request.url === '/' ? 'index.html' : request.url.split('?')[0]);
    if (!existsSync(path) || !statSync(path).isFile()) return response.writeHead(404).end();
    response
      .writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' })
      .end(readFileSync(path));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const tab = await browser.newPage();
  await tab.goto(`http://127.0.0.1:${server.address().port}/`);
  await tab.waitForFunction(() => globalThis.result, undefined, { timeout: 20_000 });
  const result = await tab.evaluate(() => globalThis.result);
  await tab.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return result;
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  for (const [name, build] of Object.entries(BUNDLERS)) {
    const out = join(folder, 'out', name);
    mkdirSync(out, { recursive: true });
    await build(out);
    const result = await resultOf(browser, out);
    if (result !== 'worker 5,main 5')
      throw new Error(`${name}: expected 'worker 5,main 5' but the page answered '${result}'`);
    console.log(`${name}: built and run in Chromium, in a worker and on the main thread`);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
