// Packs the package, unpacks it where nothing else is, and uses it as its users do: require, import, types, the command line.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { name, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const folder = mkdtempSync(join(tmpdir(), 'mobilenet-edge-package-'));
try {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], root));
  const tarball = join(folder, packed.filename);
  const files = packed.files.map(({ path }) => path);
  for (const pattern of [/^binding\.gyp$/, /^native\//, /^lib\//, /^test\//, /^bench\//]) {
    const stray = files.find((path) => pattern.test(path));
    if (stray) throw new Error(`${stray} should not be in the package`);
  }
  if (!files.some((path) => /^prebuilds\/.*\.node$/.test(path)))
    throw new Error('the package has no prebuilt addon; run npm run prebuildify first');

  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, name), { recursive: true });
  run('tar', ['-xzf', tarball, '-C', join(modules, name), '--strip-components=1'], folder);
  for (const dependency of Object.keys(dependencies)) {
    symlinkSync(join(root, 'node_modules', dependency), join(modules, dependency));
  }

  const body = `
const model = await load(mobilenetV2({ alpha: 0.35, inputSize: 96, classes: 3 }), { backend });
const { data, shape } = await model.predict(new Float32Array(96 * 96 * 3));
if (data.length !== 3 || shape.join() !== '1,3' || model.info.backend !== backend) throw new Error('wrong answer');
model.close();`;
  writeFileSync(
    join(folder, 'use.mjs'),
    `import { load, mobilenetV2 } from '${name}';\nfor (const backend of ['native', 'wasm']) {${body}\n}\n`,
  );
  writeFileSync(
    join(folder, 'use.cjs'),
    `const { load, mobilenetV2 } = require('${name}');\n(async () => { for (const backend of ['native', 'wasm']) {${body}\n} })();\n`,
  );
  run(process.execPath, ['use.mjs'], folder);
  run(process.execPath, ['use.cjs'], folder);
  run(process.execPath, [join(modules, name, 'dist', 'cli', 'main.js'), '--version'], folder);

  run('npx', ['publint', '--strict', tarball], root);
  // These two are for browsers, which know no require().
  run('npx', ['attw', tarball, '--exclude-entrypoints', 'inline', 'host.mjs'], root);
  console.log(
    `package: ${files.length} files, ${(statSync(tarball).size / 1024).toFixed(0)} KB packed, ${(packed.unpackedSize / 1024).toFixed(0)} KB unpacked; require, import, types, command line work`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
