/** Serves pages that are cross-origin isolated, contestants bundled for browsers, their packages and the networks' files. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize } from 'node:v8';
import { rolldown } from 'rolldown';
import { graphToJson } from './graph_json.mjs';

const require = createRequire(import.meta.url);
const HERE = dirname(fileURLToPath(import.meta.url));
const packageFolder = (name) => dirname(require.resolve(`${name}/package.json`));

const FOLDERS = {
  '/bench/': dirname(HERE),
  '/dist/': join(HERE, '..', '..', 'dist'),
  '/litert/': join(packageFolder('@litertjs/core'), 'wasm'),
  '/tfjs/': join(packageFolder('@tensorflow/tfjs-backend-wasm'), 'dist'),
  '/tfjs-core/': join(packageFolder('@tensorflow/tfjs-core'), 'dist'),
};
const TYPES = {
  '.mjs': 'text/javascript',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};
const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const PAGE =
  '<!doctype html><title>contestant</title><link rel="icon" href="data:,"><script type="module" src="/bench/browser/page.mjs"></script>';

async function bundle(name) {
  const build = await rolldown({
    input: join(HERE, 'contestants', name),
    platform: 'browser',
    external: /^\/dist\//,
    logLevel: 'silent',
  });
  const { output } = await build.generate({ format: 'esm', codeSplitting: false });
  await build.close();
  return output[0].code;
}

/** { type, body } of a path, or undefined. */
async function find(pathname, files) {
  if (pathname === '/') return { type: 'text/html', body: PAGE };
  const type = TYPES[extname(pathname)] ?? 'application/octet-stream';
  const file = files.get(pathname);
  if (file?.endsWith('.graph')) return { type: TYPES['.json'], body: graphToJson(deserialize(await readFile(file))) };
  if (file) return { type, body: await readFile(file) };
  if (pathname.startsWith('/contestants/')) return { type, body: await bundle(pathname.slice('/contestants/'.length)) };
  const prefix = Object.keys(FOLDERS).find((begin) => pathname.startsWith(begin));
  const relative = prefix && normalize(pathname.slice(prefix.length));
  if (!relative || relative.startsWith('..')) return undefined;
  return { type, body: await readFile(join(FOLDERS[prefix], relative)) };
}

/** `share(path)` gives a file the URL that it returns; a `.graph` is sent as JSON. */
export async function startServer() {
  const files = new Map();
  const server = createServer(async ({ url }, response) => {
    try {
      const found = await find(new URL(url, 'http://localhost').pathname, files);
      if (found) response.writeHead(200, { ...HEADERS, 'content-type': found.type }).end(found.body);
      else response.writeHead(404, HEADERS).end();
    } catch (error) {
      process.stderr.write(`${url}: ${error.message}\n`);
      response.writeHead(error.code === 'ENOENT' ? 404 : 500, HEADERS).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    share(path) {
      const url = `/files${path}`;
      files.set(url, path);
      return url;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
