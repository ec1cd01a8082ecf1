// musl, the C library of Alpine Linux, for each architecture: from Debian's package, unpacked in build/musl and not
// installed, so that one machine has those of several architectures.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './node_headers.mjs';

/** Debian's names of the architectures, and musl's. */
const NAMES = {
  x64: { debian: 'amd64', musl: 'x86_64' },
  arm64: { debian: 'arm64', musl: 'aarch64' },
  arm: { debian: 'armhf', musl: 'armhf' },
};
const SOURCES = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'];
const folder = join(root, 'build', 'musl');

function run(command, args, cwd = folder) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return { done: status === 0, text: `${command} ${args.join(' ')}\n${error ?? ''}${stdout ?? ''}${stderr ?? ''}` };
}

/** Options that give apt lists of its own, for all architectures, and leave the system's as they are. */
function aptOptions(debian) {
  const apt = join(folder, 'apt');
  mkdirSync(join(apt, 'lists', 'partial'), { recursive: true });
  mkdirSync(join(apt, 'archives', 'partial'), { recursive: true });
  writeFileSync(join(apt, 'status'), '');
  return [
    `Dir::State=${apt}`,
    `Dir::State::status=${join(apt, 'status')}`,
    `Dir::Cache=${apt}`,
    `Dir::Etc::sourcelist=${SOURCES.find(existsSync)}`,
    'Dir::Etc::sourceparts=-',
    'Acquire::Languages=none',
    'APT::Sandbox::User=root',
    `APT::Architecture=${debian}`,
    `APT::Architectures=${debian}`,
  ].flatMap((option) => ['-o', option]);
}

/**
 * The path of musl's dynamic loader, which is its C library too.
 * Throws where Debian's packages cannot be had.
 */
export function muslLoader(arch) {
  const { debian, musl } = NAMES[arch];
  const unpacked = join(folder, debian);
  const loader = join(unpacked, 'lib', `ld-musl-${musl}.so.1`);
  if (existsSync(loader)) return loader;
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  const options = aptOptions(debian);
  // A list that could not be had need not be the one of this package.
  const updated = run('apt-get', [...options, 'update']);
  const downloaded = run('apt-get', [...options, 'download', `musl:${debian}`], unpacked);
  const archive = readdirSync(unpacked).find((name) => name.endsWith('.deb'));
  if (!downloaded.done || !archive) throw new Error(`musl could not be had:\n${updated.text}${downloaded.text}`);
  const result = run('dpkg-deb', ['-x', archive, '.'], unpacked);
  if (!result.done) throw new Error(result.text);
  return loader;
}
