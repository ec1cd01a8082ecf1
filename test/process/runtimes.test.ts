/**
 * Nodes that may not do everything: permissions, switched-off parts, little memory, no working directory. Each is a process
 * of its own, which has a network look at a picture and tells what came of it; none ends by anything else than an answer
 * or an error of ours that names the remedy.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bmpOf, gradient } from '../fixtures/pictures';
import { addon } from '../support/native_addon';
import { packageRoot } from '../support/package_root';

const root = packageRoot();
const folder = mkdtempSync(join(tmpdir(), 'mobilenet-edge-runtimes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

writeFileSync(join(folder, 'picture.bmp'), bmpOf(gradient(40, 30, 3)));
/** Arguments: what to require, the backend, the picture. A line of JSON for the model, then one for its answer. */
const PROGRAM = join(folder, 'program.cjs');
writeFileSync(
  PROGRAM,
  `const [, , entry, backend, picture] = process.argv;
const { load, mobilenetV1, MobileNetEdgeError } = require(entry);
const tell = (step, made) => made.then((value) => console.log(JSON.stringify({ step, ...value })), (error) =>
  console.log(JSON.stringify({ step, ours: error instanceof MobileNetEdgeError, code: error.code, message: error.message })));
(async () => {
  let model;
  await tell('load', load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3 }), { backend, threads: 2 }).then((made) => {
    model = made;
    return { backend: model.info.backend, reason: model.info.fallbackReason };
  }));
  if (!model) return;
  await tell('classify', model.classify(picture).then((classes) => ({ classes: classes.length })));
  await model.close();
})();
`,
);

interface Step {
  step: 'load' | 'classify';
  backend?: string;
  reason?: string;
  classes?: number;
  ours?: boolean;
  code?: string;
  message?: string;
}

interface Start {
  /** The program and its flags. */
  runtime?: string[];
  backend?: 'auto' | 'native' | 'wasm';
  /** Makes another command of the one for a shell. */
  wrap?: (command: string) => string;
  entry?: string;
}

const quoted = (text: string) => `'${text}'`;
const node = (...flags: string[]) => [process.execPath, '--no-warnings', ...flags];

/** What the program told. Throws if the process did not end by itself. */
async function start({
  runtime = node(),
  backend = 'auto',
  wrap = (command) => command,
  entry = join(root, 'dist', 'index.js'),
}: Start): Promise<Step[]> {
  const words = [...runtime, PROGRAM, entry, backend, join(folder, 'picture.bmp')];
  const command = wrap(`exec ${words.map(quoted).join(' ')}`);
  const child = spawn('sh', ['-c', command], {
    cwd: folder,
    env: { ...process.env, MOBILENET_EDGE_ISA: '', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (text) => (output[name] += text));
  const status = await new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  if (status !== 0) throw new Error(`${command}: ${status}\n${output.stdout}${output.stderr}`);
  return output.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Step);
}

const ENGINES = addon ? (['native', 'wasm'] as const) : (['wasm'] as const);
const answered = { step: 'classify', classes: 3 };
const error = (step: Step['step'], code: string, message: RegExp) => ({
  step,
  ours: true,
  code,
  message: expect.stringMatching(message),
});
const PERMISSION = Number.parseInt(process.versions.node, 10) < 23 ? '--experimental-permission' : '--permission';
const READ = [PERMISSION, '--allow-fs-read=*'];

describe("Node's permissions", () => {
  test.skipIf(!addon)('with all of them the native engine answers', async () => {
    const steps = await start({ runtime: node(...READ, '--allow-addons', '--allow-worker') });
    expect(steps).toEqual([{ step: 'load', backend: 'native' }, answered]);
  });

  test('without addons WebAssembly answers, and the reason names the flag', async () => {
    const [loaded, classified] = await start({ runtime: node(...READ, '--allow-worker') });
    expect(loaded).toMatchObject({ backend: 'wasm', reason: expect.stringMatching(/--allow-addons/) });
    expect(classified).toEqual(answered);
    expect(await start({ runtime: node(...READ, '--allow-worker'), backend: 'native' })).toEqual([
      error('load', 'BACKEND_UNAVAILABLE', /--allow-addons/),
    ]);
  });

  test.skipIf(!addon)('without threads the native engine loads, and the decoder names the flag', async () => {
    expect(await start({ runtime: node(...READ, '--allow-addons') })).toEqual([
      { step: 'load', backend: 'native' },
      error('classify', 'BACKEND_UNAVAILABLE', /--allow-worker/),
    ]);
  });

  test('without threads and addons the wasm engine names the flag', async () => {
    expect(await start({ runtime: node(...READ) })).toEqual([error('load', 'BACKEND_UNAVAILABLE', /--allow-worker/)]);
  });

  test('what may not be read names the flag', async () => {
    const read = [root, PROGRAM].map((path) => `--allow-fs-read=${path}`);
    const [loaded, classified] = await start({ runtime: node(PERMISSION, ...read, '--allow-worker') });
    expect(loaded).toMatchObject({ backend: 'wasm' });
    expect(classified).toEqual(error('classify', 'IMAGE_NOT_FOUND', /--allow-fs-read/));
  });
});

describe('parts that are switched off', () => {
  test('--no-addons: WebAssembly answers, and the reason names the flag', async () => {
    const [loaded, classified] = await start({ runtime: node('--no-addons') });
    expect(loaded).toMatchObject({ backend: 'wasm', reason: expect.stringMatching(/without --no-addons/) });
    expect(classified).toEqual(answered);
  });

  test('--jitless: there is no WebAssembly', async () => {
    expect(await start({ runtime: node('--jitless'), backend: 'wasm' })).toEqual([
      error('load', 'BACKEND_UNAVAILABLE', /--jitless/),
    ]);
  });

  test.each([
    ['--frozen-intrinsics'],
    ['--disallow-code-generation-from-strings'],
    ['--disable-proto=throw'],
    ['--stack-size=500'],
    ['--max-old-space-size=64'],
  ])('%s: both engines answer', async (flag) => {
    for (const backend of ENGINES) {
      expect(await start({ runtime: node(flag), backend })).toEqual([{ step: 'load', backend }, answered]);
    }
  });
});

describe.skipIf(process.platform !== 'linux')('little of what a system gives', () => {
  test('addresses are limited: no thread is started, no memory of WebAssembly had, and the process lives', async () => {
    const wrap = (command: string) => `ulimit -v 1600000; ${command}`;
    expect(await start({ wrap, backend: 'wasm' })).toEqual([error('load', 'OUT_OF_MEMORY', /ulimit -v/)]);
    if (!addon) return;
    const [loaded, classified] = await start({ wrap, backend: 'native' });
    expect(loaded).toEqual({ step: 'load', backend: 'native' });
    // Older Nodes have room for one thread.
    expect([answered, error('classify', 'OUT_OF_MEMORY', /ulimit -v/)]).toContainEqual(classified);
  });

  test('addresses are limited, and --disable-wasm-trap-handler is the remedy', async () => {
    const wrap = (command: string) => `ulimit -v 8000000; ${command}`;
    expect(await start({ wrap, runtime: node('--disable-wasm-trap-handler'), backend: 'wasm' })).toEqual([
      { step: 'load', backend: 'wasm' },
      answered,
    ]);
  });

  test('no thread starts in a working directory that was removed, which is what the error says', async () => {
    const wrap = (command: string) => `mkdir gone && cd gone && rmdir ../gone && ${command}`;
    const removed = /working directory that was removed/;
    expect(await start({ wrap, backend: 'wasm' })).toEqual([error('load', 'BACKEND_UNAVAILABLE', removed)]);
    if (!addon) return;
    expect(await start({ wrap, backend: 'native' })).toEqual([
      { step: 'load', backend: 'native' },
      error('classify', 'BACKEND_UNAVAILABLE', removed),
    ]);
  });

  const mounts = spawnSync('unshare', ['-m', 'true']).status === 0;
  if (!mounts) console.warn('SKIPPED: a Node without /proc and /sys, because nothing may be mounted here');
  test.skipIf(!mounts).each(ENGINES)('without /proc and /sys the %s engine answers', async (backend) => {
    const wrap = (command: string) =>
      `unshare -m sh -c "mount -t tmpfs none /sys && mount -t tmpfs none /proc && ${command}"`;
    expect(await start({ wrap, backend })).toEqual([{ step: 'load', backend }, answered]);
  });
});

describe('a package that is not whole', () => {
  /** The door of a copy that lies alone: nothing that it depends on is found. */
  function copyOfPackage(name: string): string {
    const copy = join(folder, name);
    for (const part of ['package.json', 'dist']) cpSync(join(root, part), join(copy, part), { recursive: true });
    return copy;
  }
  const entryOf = (copy: string) => join(copy, 'dist', 'index.js');

  test('without node-gyp-build WebAssembly answers, and the reason says to install again', async () => {
    const [loaded, classified] = await start({ entry: entryOf(copyOfPackage('alone')) });
    expect(loaded).toMatchObject({ backend: 'wasm', reason: expect.stringMatching(/install mobilenet-edge again/) });
    expect(classified).toEqual(answered);
  });

  test('with a damaged addon WebAssembly answers, and the reason says so', async () => {
    const copy = copyOfPackage('damaged');
    cpSync(join(root, 'node_modules', 'node-gyp-build'), join(copy, 'node_modules', 'node-gyp-build'), {
      recursive: true,
    });
    const prebuilds = join(copy, 'prebuilds', `${process.platform}-${process.arch}`);
    mkdirSync(prebuilds, { recursive: true });
    writeFileSync(join(prebuilds, 'mobilenet-edge.node'), 'no addon');
    const [loaded, classified] = await start({ entry: entryOf(copy) });
    expect(loaded).toMatchObject({ backend: 'wasm', reason: expect.stringMatching(/damaged or of another system/) });
    expect(classified).toEqual(answered);
  });

  test.each([
    ['a WebAssembly module', join('dist', 'wasm')],
    ['the script of a thread', join('dist', 'bundle', 'wasm_worker.js')],
  ])('without %s the wasm engine says what is missing and what to do', async (what, path) => {
    const copy = copyOfPackage(`without-${what.length}`);
    rmSync(join(copy, path), { recursive: true });
    expect(await start({ entry: entryOf(copy), backend: 'wasm' })).toEqual([
      error('load', 'BACKEND_UNAVAILABLE', new RegExp(`Expected ${what} .*install it again`)),
    ]);
  });
});

const hasDeno = spawnSync('deno', ['--version']).status === 0;
if (!hasDeno) console.warn('SKIPPED: Deno, which is not on the PATH');
describe.skipIf(!hasDeno)("Deno's permissions", () => {
  const deno = (...flags: string[]) => ['deno', 'run', '--no-prompt', ...flags];

  test('without FFI or the environment WebAssembly answers, and the reason names the flag', async () => {
    for (const [flags, missing] of [
      [['--allow-read'], /--allow-env/],
      [['--allow-read', '--allow-env'], /--allow-ffi/],
    ] as const) {
      const [loaded, classified] = await start({ runtime: deno(...flags) });
      expect(loaded).toMatchObject({ backend: 'wasm', reason: expect.stringMatching(missing) });
      expect(classified).toEqual(answered);
    }
  });

  test.skipIf(!addon)('with all that it needs the native engine answers', async () => {
    const steps = await start({ runtime: deno('--allow-read', '--allow-env', '--allow-ffi') });
    expect(steps).toEqual([{ step: 'load', backend: 'native' }, answered]);
  });

  test('what may not be read names the flag', async () => {
    const [, classified] = await start({ runtime: deno(`--allow-read=${root},${PROGRAM}`) });
    expect(classified).toEqual(error('classify', 'IMAGE_NOT_FOUND', /--allow-read/));
  });
});
