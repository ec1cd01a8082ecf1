// Installs the packed tarball in a copy of each folder of test/environments, where users' tools are in exact versions, and
// prints a line for each thing that its check.mjs tries: works, a typed error that is promised, or FAIL. Ends with 1 on any
// difference from what docs/environments.md promises. `npm run prebuild` first; arguments choose folders by name.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const environments = join(root, 'test', 'environments');
const scratch = mkdtempSync(join(tmpdir(), 'mobilenet-edge-environments-'));
const TELEMETRY = { NEXT_TELEMETRY_DISABLED: '1', CHECKPOINT_DISABLE: '1' };
/** A server that has not listened, or a page that has not answered, after so many seconds never will. */
const PATIENCE = 120;

/** What programs/answer.cjs says of backend 'auto' and 'wasm'. */
const WORKS = 'native; wasm';
const REFUSED = 'MobileNetEdgeError BACKEND_UNAVAILABLE that says external';
const SAYS_EXTERNAL = `${REFUSED}; ${REFUSED}`;

/** Standard output of a command; throws if it fails. */
function run(command, args, cwd, env = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...TELEMETRY, ...env },
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${error ?? ''}${stdout}${stderr}`);
  return stdout.trim();
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A server program that heeds PORT and HOST, once it answers. */
async function serve(program, args, cwd) {
  const port = await freePort();
  const env = { ...process.env, ...TELEMETRY, PORT: String(port), HOST: '127.0.0.1', HOSTNAME: '127.0.0.1' };
  const server = spawn(process.execPath, [program, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => (said += text));
  const ended = once(server, 'exit');
  const close = async () => {
    server.kill('SIGKILL');
    await ended;
  };
  const url = `http://127.0.0.1:${port}/`;
  for (let seconds = 0; server.exitCode === null && seconds < PATIENCE; seconds++) {
    if (await fetch(url).catch(() => undefined)) return { url, close };
    await sleep(1000);
  }
  await close();
  throw new Error(`${program} does not answer\n${said}`);
}

/** The text that a page puts in an element, in Chromium. */
async function pageText(url, selector) {
  const places = [process.env.MOBILENET_EDGE_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'];
  const executablePath = places.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error('no Chromium was found (Debian: apt-get install chromium)');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(url, { timeout: PATIENCE * 1000 });
    const filled = page.locator(selector).filter({ hasText: /./ });
    return await filled.textContent({ timeout: PATIENCE * 1000 });
  } finally {
    await browser.close();
  }
}

/** What a program prints, or the typed error that it ends with. */
function ask(program, cwd) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', program], { cwd, encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  const typed = stderr.includes('MobileNetEdgeError') && /code: '([A-Z_]+)'/.exec(stderr)?.[1];
  if (!typed) throw new Error(`${program} ended with ${status}\n${stderr}`);
  const error = `MobileNetEdgeError ${typed}${/external/i.test(stderr) ? ' that says external' : ''}`;
  return error === REFUSED ? SAYS_EXTERNAL : error;
}

/** A file that every environment has: the builders of the tests are TypeScript. */
async function writeInputs(folder) {
  const bundle = await rolldown({ input: join(environments, 'inputs.ts'), platform: 'node' });
  const file = join(folder, 'inputs.mjs');
  await bundle.write({ file, format: 'esm' });
  const { labelsInside } = await import(pathToFileURL(file));
  writeFileSync(join(folder, 'labels_inside.tflite'), labelsInside());
}

/** A copy of an environment with its tools and the tarball installed. */
function install(name, shared, tarball) {
  const folder = join(scratch, name);
  for (const from of [shared, join(environments, name)]) cpSync(from, folder, { recursive: true });
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], folder);
  return folder;
}

async function check({ name, promise, answer }) {
  const received = await Promise.resolve()
    .then(answer)
    .catch((error) => `threw ${error.stack}`);
  if (received === promise) {
    console.log(`${promise.startsWith('MobileNetEdgeError') ? 'typed error' : 'works'}: ${name} (${promise})`);
    return true;
  }
  console.log(`FAIL: ${name}: expected '${promise}' but received '${received}'`);
  return false;
}

const chosen = process.argv.slice(2);
const names = readdirSync(environments, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'programs')
  .map((entry) => entry.name);
const unknown = chosen.find((name) => !names.includes(name));
if (unknown) throw new Error(`Expected names among ${names.join(', ')} but received ${unknown}`);

let failures = 0;
try {
  const shared = join(scratch, 'programs');
  cpSync(join(environments, 'programs'), shared, { recursive: true });
  await writeInputs(shared);
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch], root));
  for (const name of chosen.length > 0 ? chosen : names) {
    const folder = install(name, shared, join(scratch, packed.filename));
    const { default: checks } = await import(pathToFileURL(join(folder, 'check.mjs')));
    const tools = {
      folder,
      run: (command, args, env) => run(command, args, folder, env),
      ask: (program, cwd = folder) => ask(program, cwd),
      serve: (program, args = []) => serve(program, args, folder),
      pageText,
      WORKS,
      SAYS_EXTERNAL,
    };
    for (const one of checks(tools)) if (!(await check(one))) failures++;
    rmSync(folder, { recursive: true, force: true });
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failures > 0 ? 1 : 0;
