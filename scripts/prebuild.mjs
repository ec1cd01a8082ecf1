// Builds the addons that go into the package for Linux, with Debian's cross compilers: `npm run prebuild`, or
// `npm run prebuild -- arm64` for some of x64, arm64, arm (armv7). Each is built in a folder of its own, so that build/
// stays as it is. The C++ library is linked dynamically: linked statically it needs a newer C library than we ask for.
// The files carry no tag of a C library, for musl (Alpine) takes them too: scripts/check_symbols.mjs, check_musl.mjs.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { hashSources, removeStamp, writeStamp } from './build_stamps.mjs';
import { checkSymbols } from './check_symbols.mjs';
import { headerFolder, root } from './node_headers.mjs';

/** Prefix of the compiler's name and, on ARM, the least version of the architecture; both name the file too. */
const TARGETS = {
  x64: { prefix: 'x86_64-linux-gnu-' },
  arm64: { prefix: 'aarch64-linux-gnu-', armv: '8' },
  arm: { prefix: 'arm-linux-gnueabihf-', armv: '7' },
};
const prebuildify = createRequire(import.meta.url).resolve('prebuildify/bin.js');

function prebuild(arch) {
  const { prefix, armv } = TARGETS[arch];
  const folder = join(root, 'build', 'prebuild', arch);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'binding.gyp']) copyFileSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'native'), join(folder, 'native'), 'dir');
  rmSync(join(root, 'prebuilds', `linux-${arch}`), { recursive: true, force: true });

  const headers = headerFolder();
  const { status, error, stdout, stderr } = spawnSync(
    process.execPath,
    [
      prebuildify,
      ...['--napi', '--strip', '--platform=linux', `--arch=${arch}`, `--cwd=${folder}`, `--out=${root}`],
      ...(armv ? ['--tag-armv'] : []),
    ],
    {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      env: {
        ...process.env,
        ...(headers && { npm_config_nodedir: headers }),
        ...(armv && { PREBUILD_ARMV: armv }),
        ...{ CC: `${prefix}gcc`, CXX: `${prefix}g++`, AR: `${prefix}ar`, PREBUILD_STRIP_BIN: `${prefix}strip` },
      },
    },
  );
  if (status !== 0) throw new Error(`Prebuilding for ${arch} failed:\n${error ?? ''}${stdout ?? ''}${stderr ?? ''}`);
  rmSync(folder, { recursive: true });
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(TARGETS);
for (const arch of wanted) {
  if (!TARGETS[arch]) throw new Error(`Expected some of ${Object.keys(TARGETS).join(', ')} but received '${arch}'`);
  const hashes = hashSources(`prebuild-${arch}`);
  removeStamp(`prebuild-${arch}`);
  prebuild(arch);
  checkSymbols(arch);
  writeStamp(`prebuild-${arch}`, hashes);
}
