// The ARM CPUs that tests run on without having them: compilers, emulators, and a Node for each architecture.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './node_headers.mjs';

/** Of each CPU the native instruction sets that must be found on it, worst first. */
export const ARCHITECTURES = {
  arm64: {
    compiler: 'aarch64-linux-gnu-g++',
    emulator: 'qemu-aarch64',
    libraries: '/usr/aarch64-linux-gnu',
    cpus: { 'cortex-a53': 'scalar,neon', 'cortex-a72': 'scalar,neon', 'cortex-a76': 'scalar,neon,neondot' },
  },
  arm: {
    compiler: 'arm-linux-gnueabihf-g++',
    emulator: 'qemu-arm',
    libraries: '/usr/arm-linux-gnueabihf',
    // NEON without VFPv4 does not count.
    cpus: { 'cortex-a9': 'scalar', 'cortex-a15': 'scalar,neon', max: 'scalar,neon' },
  },
};

/** Those of the CPUs that have arithmetic of halves. */
export const WITH_HALVES = ['cortex-a76'];

/** The commands of an architecture that are not here; their Debian packages are in the second list. */
export function missingTools({ compiler, emulator }) {
  return [compiler, emulator].filter((command) => spawnSync(command, ['--version']).status !== 0);
}

export const DEBIAN_PACKAGES = 'qemu-user, g++-aarch64-linux-gnu, g++-arm-linux-gnueabihf';

/** Puts the Nodes of test/arm/package.json there unless they are. */
function installNodes() {
  const folder = join(root, 'test', 'arm');
  if (Object.keys(ARCHITECTURES).every((architecture) => existsSync(nodeOf(architecture)))) return;
  // Forced, because npm refuses packages for another CPU; both bring a command called node, which nobody should find.
  const { status } = spawnSync('npm', ['ci', '--force', '--no-bin-links', '--no-audit', '--no-fund', '--silent'], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`The ARM Nodes of ${folder} could not be installed`);
}

function nodeOf(architecture) {
  return join(root, 'test', 'arm', 'node_modules', `node-${architecture}`, 'bin', 'node');
}

/** How to run Node on an emulated CPU: `[command, ...arguments]` precede Node's own; `isas` are the CPU's. */
export function emulatedNode(cpu) {
  const found = Object.entries(ARCHITECTURES).find(([, { cpus }]) => cpu in cpus);
  if (!found) throw new Error(`Expected an emulated CPU but received '${cpu}'`);
  const [architecture, { emulator, libraries, cpus }] = found;
  installNodes();
  return {
    architecture,
    command: emulator,
    arguments: ['-L', libraries, '-cpu', cpu, nodeOf(architecture)],
    isas: cpus[cpu].split(','),
  };
}
