// Checks that the prebuilt Linux addons load on old systems (Debian 11, Raspberry Pi OS 11, Ubuntu 20.04 and later
// ones) and on those with musl (Alpine). Needs readelf (binutils) and, for musl, Debian's packages.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { dynamicSymbols } from './elf_symbols.mjs';
import { muslLoader } from './musl.mjs';
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
  if (/glibc|musl/.test(addons[0])) throw new Error(`${addons[0]} is for one C library: the addons are for all`);
  const addon = join(folder, addons[0]);
  checkAddon(addon, MACHINES[arch]);
  checkAddonForMusl(addon, arch);
}

/** These stand in the C++ library and libgcc, which Node needs too, whatever the C library. */
const CXX_VERSIONS = /^(GLIBCXX|CXXABI|CXXABI_ARM|GCC)_/;

function checkAddonForMusl(addon, arch) {
  const name = relative(root, addon);
  let loader;
  try {
    loader = muslLoader(arch);
  } catch (error) {
    if (process.env.CI) throw error;
    console.log(`${name} was not compared with musl, which could not be had: ${error.message.split('\n')[0]}`);
    return;
  }
  const missing = symbolsMissing(dynamicSymbols(addon), dynamicSymbols(loader));
  if (missing.length > 0) throw new Error(`${name} needs ${missing.join(', ')}, which musl lacks`);
}

/** Of the symbols that must be found, those that neither musl nor Node has. */
function symbolsMissing(needed, libc) {
  const has = new Set(libc.filter(({ defined }) => defined).map(({ name }) => name));
  return (
    needed
      .filter(({ defined, weak, version }) => !defined && !weak && !CXX_VERSIONS.test(version ?? ''))
      .map(({ name }) => name)
      .filter((name) => !/^(napi|node_api)_/.test(name))
      // musl 1.2.4 dropped the second names that functions have for large files, such as mmap64.
      .filter((name) => !has.has(name) || (name.endsWith('64') && has.has(name.slice(0, -2))))
  );
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
