// Builds a minimal project from the packed tarball with Vite, webpack and esbuild, and runs each in Chromium, with and
// without cross-origin isolation; Vite's development server too.
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

const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** A plain static server of a built page. */
async function serveFolder(out, headers) {
  const server = createServer((request, response) => {
    const path = join(out, request.url === '/' ? 'index.html' : request.url.split('?')[0]);
    if (!existsSync(path) || !statSync(path).isFile()) return response.writeHead(404).end();
    response
      .writeHead(200, { ...headers, 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' })
      .end(readFileSync(path));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
}

/** Vite's development server; Vite before 8 needs the package excluded from its optimizer, which must do no harm later. */
async function serveWithVite(exclude, headers) {
  writeFileSync(join(folder, 'index.html'), page('./app.js'));
  const { createServer } = await import(require.resolve('vite'));
  const server = await createServer({
    root: folder,
    configFile: false,
    logLevel: 'error',
    cacheDir: join(folder, 'cache', String(exclude.length)),
    optimizeDeps: { exclude },
    server: { host: '127.0.0.1', port: 0, headers, watch: null, hmr: false },
  });
  await server.listen();
  return { url: server.resolvedUrls.local[0], close: () => server.close() };
}

/** Throws unless the page answers in Chromium as it should. */
async function check(browser, name, serve) {
  for (const [headers, threads] of [
    [{}, 1],
    [ISOLATION, 2],
  ]) {
    const { url, close } = await serve(headers);
    const tab = await browser.newPage();
    await tab.goto(url);
    await tab.waitForFunction(() => globalThis.result, undefined, { timeout: 60_000 });
    const result = await tab.evaluate(() => globalThis.result);
    await tab.close();
    await close();
    const expected = `worker 5 on ${threads},main 5 on 1`;
    if (result !== expected) throw new Error(`${name}: expected '${expected}' but the page answered '${result}'`);
  }
  console.log(`${name}: runs in Chromium, in workers and on the main thread`);
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  for (const [name, build] of Object.entries(BUNDLERS)) {
    const out = join(folder, 'out', name);
    mkdirSync(out, { recursive: true });
    await build(out);
    await check(browser, name, (headers) => serveFolder(out, headers));
  }
  for (const exclude of [[], ['mobilenet-edge']]) {
    await check(browser, `Vite's development server${exclude.length > 0 ? ', optimizeDeps.exclude' : ''}`, (headers) =>
      serveWithVite(exclude, headers),
    );
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
