// Checks that the prebuilt Linux addons load on old systems: Debian 11, Raspberry Pi OS 11, Ubuntu 20.04 and
// later ones. Needs readelf (binutils).
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './node_headers.mjs';

/** The newest symbol versions that an addon may ask for; GLIBCXX_3.4.28 is GCC 10's. */
const NEWEST = { GLIBC: '2.28', GLIBCXX: '3.4.28', CXXABI: '1.3.12', CXXABI_ARM: '1.3.3', GCC: '7.0.0' };

/** What `readelf -h` calls the machines. */
const MACHINES = { x64: 'X86-64', arm64: 'AArch64', arm: 'ARM' };

const LIBRARIES = /^(libc|libm|libstdc\+\+|libgcc_s|libpthread|libdl|ld-linux[-\w]*)\.so\.\d+$/;

function isNewer(version, limit) {
  const [a, b] = [version, limit].map((text) => text.split('.').map(Number));
  const i = a.findIndex((part, at) => part !== (b[at] ?? 0));
  return i >= 0 && a[i] > (b[i] ?? 0);
}

/** Throws if the addon for Linux on `arch` asks for a symbol, a library or a machine that it must not. */
export function checkSymbols(arch) {
  const folder = join(root, 'prebuilds', `linux-${arch}`);
  const addons = readdirSync(folder);
  if (addons.length !== 1) throw new Error(`Expected one addon in ${folder} but found ${addons.length}`);
  checkAddon(join(folder, addons[0]), MACHINES[arch]);
}

function checkAddon(addon, machine) {
  const text = execFileSync('readelf', ['--wide', '--file-header', '--dynamic', '--version-info', addon], {
    encoding: 'utf8',
  });
  const name = relative(root, addon);
  const found = /Machine:.*?(X86-64|AArch64|ARM)\s*$/m.exec(text)?.[1];
  if (found !== machine) throw new Error(`${name} is for ${found} and not for ${machine}`);

  const libraries = [...text.matchAll(/\(NEEDED\)\s+Shared library: \[(.+?)\]/g)].map(([, library]) => library);
  const strange = libraries.filter((library) => !LIBRARIES.test(library));
  if (strange.length > 0) throw new Error(`${name} needs ${strange.join(', ')}`);
  if (!libraries.includes('libstdc++.so.6')) throw new Error(`${name} does not link the C++ library dynamically`);

  const needs = [...text.matchAll(/Name: (\w+?)_([\d.]+) +Flags/g)];
  if (needs.length === 0) throw new Error(`No symbol versions were found in ${name}`);
  for (const [, family, version] of needs) {
    if (!NEWEST[family]) throw new Error(`${name} needs symbols of ${family}_${version}`);
    if (isNewer(version, NEWEST[family])) {
      throw new Error(`${name} needs ${family}_${version}, which is newer than ${family}_${NEWEST[family]}`);
    }
  }
}
