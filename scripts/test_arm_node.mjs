// Runs tests in a real ARM Node on emulated CPUs, with the prebuilt addons and wasm:
//   npm run test:arm-node                         everything on every CPU; takes hours of processor time
//   npm run test:arm-node -- --sample             what CI runs
//   npm run test:arm-node -- cortex-a72 golden    files by name on one CPU; arguments go to vitest
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ARCHITECTURES, emulatedNode } from './arm_emulation.mjs';
import { root } from './node_headers.mjs';

const CPUS = Object.values(ARCHITECTURES).flatMap(({ cpus }) => Object.keys(cpus));

const EVERYTHING = [
  'test/arm',
  'test/engines/kernels',
  'test/engines/golden',
  'test/engines/random_',
  'test/engines/float16',
  'test/native/addon',
  'test/native/packing',
];

/** What runs and whole networks everywhere; on the best of either architecture, random networks too. */
const SAMPLE = {
  'cortex-a53': ['test/arm'],
  'cortex-a72': ['test/arm', 'test/engines/float16'],
  'cortex-a76': ['test/arm', 'test/engines/random_', 'test/engines/float16'],
  'cortex-a15': ['test/arm', 'test/engines/random_'],
};
const SAMPLED_NETWORKS = '5';

function run(cpu, files, env = {}) {
  const { architecture, isas } = emulatedNode(cpu);
  if (!existsSync(join(root, 'prebuilds', `linux-${architecture}`))) {
    throw new Error(`There is no prebuilt addon for ${architecture}: run \`npm run prebuild\` first`);
  }
  console.log(`\n${cpu}, Node for ${architecture}, ${isas.join(', ')}`);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--config', 'test/arm/vitest.config.mts', ...files], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env, MOBILENET_EDGE_CPU: cpu },
  });
  if (status !== 0) process.exitCode = 1;
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--sample') {
  for (const [cpu, files] of Object.entries(SAMPLE))
    run(cpu, files, { MOBILENET_EDGE_RANDOM_NETWORKS: SAMPLED_NETWORKS });
} else {
  for (const cpu of first ? [first] : CPUS) run(cpu, rest.length > 0 ? ['test/arm/emulated_cpu', ...rest] : EVERYTHING);
}
