/** What users install for a contestant: versions and bytes on disk, dependencies included. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BENCH = dirname(fileURLToPath(import.meta.url));
const PARENT = dirname(BENCH);

const readManifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The folder of a package as Node finds it from `from`, or undefined where an optional one is not installed. */
function findPackage(name, from) {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
  }
  return undefined;
}

/** Folders of the packages named and of all they depend on. */
function closure(names, from, found = new Set()) {
  for (const name of names) {
    const folder = findPackage(name, from);
    if (!folder || found.has(folder)) continue;
    found.add(folder);
    const { dependencies = {}, optionalDependencies = {} } = readManifest(folder);
    closure(Object.keys({ ...dependencies, ...optionalDependencies }), folder, found);
  }
  return found;
}

/** Bytes of a package's files without the packages nested in it. */
function folderBytes(folder) {
  let total = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) total += entry.name === 'node_modules' ? 0 : folderBytes(path);
    else if (entry.isFile()) total += statSync(path).size;
  }
  return total;
}

const closureBytes = (names, from) => [...closure(names, from)].reduce((sum, folder) => sum + folderBytes(folder), 0);

/** mobilenet-edge as `npm pack` would publish it now. */
function describeOurs() {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const answer = execFileSync(npm, ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: PARENT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const packed = JSON.parse(answer);
  const { version, size, unpackedSize, files } = Array.isArray(packed) ? packed[0] : Object.values(packed)[0];
  const { dependencies = {} } = readManifest(PARENT);
  return {
    version,
    tarballBytes: size,
    installedBytes: unpackedSize + closureBytes(Object.keys(dependencies), PARENT),
    prebuilds: files.filter(({ path }) => path.startsWith('prebuilds/') && path.endsWith('.node')).length,
  };
}

/** { name, version, installedBytes } of what a contestant needs; for mobilenet-edge also { tarballBytes, prebuilds }. */
export function describePackages(names) {
  const name = names.at(-1);
  if (name === 'mobilenet-edge') return { name, ...describeOurs() };
  return {
    name: names.join(' + '),
    version: readManifest(findPackage(name, BENCH)).version,
    installedBytes: closureBytes(names, BENCH),
  };
}
