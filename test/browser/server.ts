/** Serves the built package, the real models and test pages to a browser. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { nsfwjsModel } from '../../scripts/nsfwjs_model.mjs';
import { sharedPath } from '../support/shared';

const ROOT = join(__dirname, '..', '..');
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};
/** What a page needs for SharedArrayBuffer. */
export const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'cross-origin',
};

export interface ServeOptions {
  headers?: Record<string, string>;
  /** What is served without these headers. */
  without?: readonly string[];
  /** Folders of files by the begin of their URLs. */
  folders?: Record<string, string>;
  /** Documents by URL. */
  pages?: Record<string, string | Uint8Array>;
}

/** A page that has the package as `edge`. */
export const EDGE_PAGE = pageOf('/dist/browser/index.mjs');

export function pageOf(entry: string): string {
  return `<!doctype html><title>test</title><link rel="icon" href="data:,"><script type="module" src="/edge.mjs?${entry}"></script>`;
}

export interface TestServer {
  origin: string;
  /** URLs that were asked for. */
  requests: string[];
  close(): Promise<void>;
}

export async function serve(options: ServeOptions = {}): Promise<TestServer> {
  const requests: string[] = [];
  const folders = { '/dist/': join(ROOT, 'dist'), '/shared/': sharedPath(), ...options.folders };
  const pages = { '/': EDGE_PAGE, ...options.pages };
  const server = createServer((request, response) => {
    requests.push(request.url!);
    const headers = options.without?.includes(request.url!) ? {} : { ...options.headers };
    answer(request, response, { headers, folders, pages });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, requests, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

type Answering = Required<Omit<ServeOptions, 'without'>>;

function answer(request: IncomingMessage, response: ServerResponse, options: Answering): void {
  const { pathname, search } = new URL(request.url!, 'http://localhost');
  const send = (body: string | Uint8Array, type: string): void => {
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...options.headers });
    response.end(body);
  };
  const extension = extname(pathname);
  const page = options.pages[pathname];
  if (page !== undefined) {
    send(page, TYPES[extension] ?? (extension ? 'application/octet-stream' : 'text/html'));
  } else if (pathname === '/edge.mjs') {
    // A file of its own, so that a strict Content-Security-Policy allows it.
    send(`import * as edge from '${search.slice(1)}'; globalThis.edge = edge;`, 'text/javascript');
  } else if (pathname === '/nsfwjs/model.json') {
    send(JSON.stringify(nsfwjsManifest()), 'application/json');
  } else if (pathname === '/nsfwjs/weights.bin') {
    send(new Uint8Array(nsfwjsModel().weightData), 'application/octet-stream');
  } else {
    sendFile(pathname, response, options);
  }
}

function sendFile(pathname: string, response: ServerResponse, options: Answering): void {
  const prefix = Object.keys(options.folders).find((begin) => pathname.startsWith(begin));
  const relative = prefix && normalize(decodeURIComponent(pathname.slice(prefix.length)));
  const path = prefix && relative && !relative.startsWith('..') ? join(options.folders[prefix], relative) : undefined;
  if (!path || !existsSync(path) || !statSync(path).isFile()) {
    response.writeHead(404, options.headers).end();
    return;
  }
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  response.writeHead(200, { 'content-type': type, 'content-length': statSync(path).size, ...options.headers });
  createReadStream(path).pipe(response);
}

function nsfwjsManifest(): object {
  const { modelTopology, weightSpecs } = nsfwjsModel();
  return { format: 'layers-model', modelTopology, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };
}
