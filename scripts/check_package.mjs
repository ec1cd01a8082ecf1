// Packs the package, installs it in an empty folder where no compiler is found, and uses it as its users do: require,
// import, types, the command line, on this machine and on emulated ARM CPUs, and where no prebuilt addon fits.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { emulatedNode } from './arm_emulation.mjs';
import { root } from './node_headers.mjs';
import { NSFWJS_LABELS, nsfwjsModel } from './nsfwjs_model.mjs';
import { unreachedModules } from './unreached_modules.mjs';

const MAX_BYTES = 1.3e6;
const PREBUILT = ['linux-x64', 'linux-arm64', 'linux-arm'];
const STRAY = [/^binding\.gyp$/, /^native\//, /^lib\//, /^test\//, /^bench\//, /^scripts\//];
const TOLERANCE = 1e-5;

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { name } = manifest;

/** Standard output; throws if the command fails or complains. */
function run(command, args, { cwd = root, env = process.env } = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${error ?? ''}${stdout}${stderr}`);
  return { stdout, stderr };
}

function checkContents({ files, size }) {
  const paths = files.map(({ path }) => path);
  const stray = paths.find((path) => STRAY.some((pattern) => pattern.test(path)));
  if (stray) throw new Error(`${stray} should not be in the package`);
  for (const target of PREBUILT) {
    if (!paths.some((path) => path.startsWith(`prebuilds/${target}/`) && path.endsWith('.node'))) {
      throw new Error(`The package has no addon for ${target}: run \`npm run prebuild\` first`);
    }
  }
  const unreached = unreachedModules(manifest, paths, (path) => readFileSync(join(root, path), 'utf8'));
  if (unreached.length > 0) throw new Error(`No entry of the package reaches ${unreached.join(', ')}`);
  if (size > MAX_BYTES) throw new Error(`The package has ${size} bytes, more than ${MAX_BYTES}`);
}

/** A folder in which npm has installed the tarball and no more, finding nothing but Node and a shell on its PATH. */
function install(tarball, folder) {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const shell = execFileSync('which', ['sh'], { encoding: 'utf8' }).trim();
  for (const command of [process.execPath, shell]) symlinkSync(command, join(bin, command.split('/').at(-1)));
  const npm = process.env.npm_execpath ?? join(dirname(process.execPath), 'npm');
  const { MOBILENET_EDGE_ISA: _, ...env } = process.env;
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  run(process.execPath, [npm, 'install', '--no-audit', '--no-fund', '--ignore-scripts=false', tarball], {
    cwd: folder,
    env: { ...env, PATH: bin },
  });
}

/** A real model as its files, and a program for each module system that has it look at a photograph. */
function writePrograms(folder) {
  const { modelTopology, weightSpecs, weightData } = nsfwjsModel();
  const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
  mkdirSync(join(folder, 'model'));
  writeFileSync(join(folder, 'model', 'model.json'), JSON.stringify({ modelTopology, weightsManifest }));
  writeFileSync(join(folder, 'model', 'weights.bin'), Buffer.from(weightData));
  const photograph = join(dirname(createRequire(import.meta.url).resolve('baboon-image/package.json')), 'baboon.png');
  const body = `
  const model = await load('model', {
    backend: process.argv[2],
    labels: ${JSON.stringify(NSFWJS_LABELS)},
    preprocess: { crop: 'stretch', resize: 'bilinear-align-corners', range: '0..1' },
  });
  const classes = await model.classify(${JSON.stringify(photograph)});
  const { backend, isa } = model.info;
  model.close();
  console.log(JSON.stringify({ arch: process.arch, backend, isa, classes }));`;
  writeFileSync(join(folder, 'use.mjs'), `import { load } from '${name}';\n${body}\n`);
  writeFileSync(join(folder, 'use.cjs'), `const { load } = require('${name}');\n(async () => {${body}\n})();\n`);
}

const HERE = { architecture: process.arch, command: process.execPath, arguments: [], isas: undefined };

/** What a program answers; throws unless it used the engine that it should. */
function use(folder, node, program, backend, isa) {
  const { stdout, stderr } = run(node.command, [...node.arguments, program, backend], { cwd: folder });
  const answer = JSON.parse(stdout);
  const wanted = backend === 'wasm' ? 'wasm' : 'native';
  const right = answer.arch === node.architecture && answer.backend === wanted && (!isa || answer.isa === isa);
  if (!right || stderr) {
    throw new Error(
      `${program} on ${node.architecture} should have run on ${wanted} ${isa ?? ''}:\n${stdout}${stderr}`,
    );
  }
  return answer;
}

function compare({ classes, arch, isa }, expected) {
  const same = classes.every(
    ({ className, probability }, i) =>
      className === expected[i].className && Math.abs(probability - expected[i].probability) < TOLERANCE,
  );
  if (!same || classes.length !== NSFWJS_LABELS.length) {
    throw new Error(`${arch} ${isa} answers ${JSON.stringify(classes)} but not ${JSON.stringify(expected)}`);
  }
}

/** Where no addon fits, wasm answers, and one warning says so whatever number of models is loaded. */
function checkFallback(folder, expected) {
  const twice = `const { load, mobilenetV2 } = require('${name}');
  (async () => { for (const backend of ['auto', 'auto']) console.log((await load(mobilenetV2(), { backend })).info.backend); process.exit(); })();`;
  // As on a processor for which none was built.
  const env = { ...process.env, npm_config_arch: 'riscv64' };
  const { stdout, stderr } = run(process.execPath, ['-e', twice], { cwd: folder, env });
  const warnings = stderr.split('MOBILENET_EDGE_FALLBACK').length - 1;
  if (stdout !== 'wasm\nwasm\n' || warnings !== 1) throw new Error(`Without an addon: ${stdout}${stderr}`);
  compare(use(folder, HERE, 'use.cjs', 'wasm'), expected);
}

const folder = mkdtempSync(join(tmpdir(), 'mobilenet-edge-package-'));
try {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder]).stdout);
  const tarball = join(folder, packed.filename);
  checkContents(packed);
  install(tarball, folder);
  writePrograms(folder);

  const { classes: expected } = use(folder, HERE, 'use.cjs', 'auto');
  compare(use(folder, HERE, 'use.mjs', 'auto'), expected);
  checkFallback(folder, expected);
  for (const cpu of ['cortex-a72', 'cortex-a76', 'cortex-a15']) {
    const node = emulatedNode(cpu);
    for (const program of ['use.cjs', 'use.mjs'])
      compare(use(folder, node, program, 'auto', node.isas.at(-1)), expected);
  }
  run(join(folder, 'node_modules', '.bin', 'mobilenet-edge'), ['--version'], { cwd: folder });

  run('npx', ['publint', '--strict', tarball]);
  // These two are for browsers, which know no require().
  run('npx', ['attw', tarball, '--exclude-entrypoints', 'inline', 'host.mjs']);
  console.log(
    `package: ${packed.files.length} files, ${(statSync(tarball).size / 1024).toFixed(0)} KB packed, ${(packed.unpackedSize / 1024).toFixed(0)} KB unpacked; ` +
      `installs without a compiler; require, import, types, command line work; a ${expected[0].className} on x64, arm64 and armv7`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
