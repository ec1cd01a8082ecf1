// Runs the prebuilt Linux addons under musl's own loader, as Alpine Linux does: models on one thread and on several, with
// every instruction set, in a JavaScript runtime made for musl (Bun; npm has no such Node), here and on an emulated
// arm64 CPU. Answers must be this Node's. `npm run prebuild` comes first.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ARCHITECTURES } from './arm_emulation.mjs';
import { muslLoader } from './musl.mjs';
import { root } from './node_headers.mjs';

const TARGETS = {
  x64: { bun: 'x64', compiler: 'gcc', libc: 'ld-linux-x86-64.so.2', libraries: undefined, emulators: [[]] },
  arm64: {
    bun: 'aarch64',
    compiler: 'aarch64-linux-gnu-gcc',
    libc: 'ld-linux-aarch64.so.1',
    emulators: ['cortex-a72', 'cortex-a76'].map((cpu) => [ARCHITECTURES.arm64.emulator, '-cpu', cpu]),
  },
};
const THREADS = [1, 4];
const TOLERANCE = 1e-5;

/** Standard output. */
function run(command, args, { env = process.env, cwd = root } = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${error ?? ''}${stdout}${stderr}`);
  return stdout;
}

/** Puts the runtimes of test/musl/package.json there unless they are. */
function runtime(name) {
  const folder = join(root, 'test', 'musl');
  const path = join(folder, 'node_modules', '@oven', `bun-linux-${name}-musl`, 'bin', 'bun');
  // Forced, because npm refuses packages for another C library or CPU.
  if (!existsSync(path)) run('npm', ['ci', '--force', '--no-bin-links', '--no-audit', '--no-fund'], { cwd: folder });
  return path;
}

/**
 * A copy of the package for one architecture. Bun for musl refuses an addon that names glibc's files, which musl takes
 * for its own (as it does any name of these), so the copy of the addon names them by another number.
 */
function copyPackage(folder, arch) {
  for (const name of ['package.json', 'dist']) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const prebuilds = join(folder, 'prebuilds', `linux-${arch}`);
  cpSync(join(root, 'prebuilds', `linux-${arch}`), prebuilds, { recursive: true });
  for (const addon of readdirSync(prebuilds)) {
    const path = join(prebuilds, addon);
    const bytes = readFileSync(path, 'latin1').replace(/(lib[cm]\.so)\.6\0/g, '$1.9\0');
    writeFileSync(path, bytes, 'latin1');
  }
}

/** The folder of C++ libraries for musl: Debian's, and what they ask of their own C library. */
function makeLibraries(folder, { compiler, libc }) {
  const libraries = join(folder, 'lib');
  mkdirSync(libraries);
  for (const name of ['libstdc++.so.6', 'libgcc_s.so.1']) {
    cpSync(run(compiler, [`-print-file-name=${name}`]).trim(), join(libraries, name), { dereference: true });
  }
  const names = join(libraries, libc);
  run(compiler, ['-nostdlib', '-shared', '-fPIC', '-O1', join(root, 'test', 'musl', 'glibc_names.c'), '-o', names]);
  return ['--library-path', libraries, '--preload', names];
}

const PROGRAM = `
const { readdirSync, readFileSync } = require('node:fs');
const { load, mobilenetV1, mobilenetV2 } = require(process.argv[2]);
const tasks = () => readdirSync('/proc/self/task').length;
(async () => {
  const answers = [];
  let started;
  for (const network of [mobilenetV1, mobilenetV2]) {
    for (const threads of ${JSON.stringify(THREADS)}) {
      const model = await load(network({ alpha: 0.25, inputSize: 96, classes: 10 }), { backend: 'native', threads });
      const input = Float32Array.from({ length: 96 * 96 * 3 }, (_, i) => Math.sin(i));
      const before = tasks();
      for (let i = 0; i < 4; i++) {
        const { data } = await model.predict(input);
        answers.push([...data]);
      }
      if (threads > 1) started ??= tasks() - before;
      model.close();
    }
  }
  const musl = /linux-musl.*libc.so|ld-musl/.test(readFileSync('/proc/self/maps', 'utf8'));
  console.log(JSON.stringify({ musl, started, isa: process.env.MOBILENET_EDGE_ISA, answers }));
})();
`;

function differs(answers, expected, tolerance) {
  if (answers.length !== expected.length) return true;
  return answers.some((answer, i) => answer.some((value, j) => !(Math.abs(value - expected[i][j]) <= tolerance)));
}

function check(arch, expectedOf) {
  const target = TARGETS[arch];
  const folder = mkdtempSync(join(tmpdir(), 'mobilenet-edge-musl-'));
  try {
    copyPackage(folder, arch);
    writeFileSync(join(folder, 'program.cjs'), PROGRAM);
    const musl = [muslLoader(arch), ...makeLibraries(folder, target), runtime(target.bun)];
    for (const emulator of target.emulators) {
      const start = [...emulator, ...musl];
      const use = (program, args, isa) =>
        run(start[0], [...start.slice(1), ...program, ...args], {
          cwd: folder,
          env: { ...process.env, LIBC: 'musl', MOBILENET_EDGE_ISA: isa ?? '' },
        });
      const [addon] = readdirSync(join(folder, 'prebuilds', `linux-${arch}`));
      const isas = `console.log(require('./prebuilds/linux-${arch}/${addon}').isas().join())`;
      for (const isa of use(['-e', isas], []).trim().split(',')) {
        const answer = JSON.parse(use(['program.cjs', join(folder, 'dist', 'index.js')], [], isa));
        const wrong =
          (!answer.musl && 'musl is not there') ||
          // A run waits for no thread that starts late, so how many there are at its end depends on the machine.
          (!(answer.started >= 1) && 'no thread was started') ||
          (differs(answer.answers, expectedOf(isa), arch === process.arch ? 0 : TOLERANCE) && 'the answers are others');
        if (wrong) throw new Error(`${arch} ${isa} with musl: ${wrong}`);
        console.log(`musl: ${emulator.at(-1) ?? arch} ${isa} answers as with glibc, ${answer.started} threads started`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** This Node's answers, with the same instruction set where it has that. */
function expectedHere(isa) {
  const program = ['-e', PROGRAM, 'program', join(root, 'dist', 'index.js')];
  const here = process.arch === 'x64' && !isa.startsWith('neon') ? isa : '';
  return JSON.parse(run(process.execPath, program, { env: { ...process.env, MOBILENET_EDGE_ISA: here } })).answers;
}

for (const arch of Object.keys(TARGETS)) check(arch, expectedHere);
