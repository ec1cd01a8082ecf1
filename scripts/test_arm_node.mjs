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

/** Asserts which kernels run, so it is always among the files. */
const CPU_TEST = 'test/arm/emulated_cpu';

const EVERYTHING = ['kernels.test', 'golden.test', 'random_networks', 'random_quantized', 'native_addon'];

/** End to end where the published int8 figures are from, a mix of small networks elsewhere. */
const SAMPLE = [
  ['cortex-a72', 'golden.test', '-t', 'emulated|best of them|instruction sets|relaxed|v2_1.0_224_quant.*byte for byte'],
  ['cortex-a76', 'golden.test', '-t', 'emulated|best of them|instruction sets|relaxed|v2_1.0_224_quant.*byte for byte'],
  ['cortex-a53', 'random_quantized', 'random_networks'],
  ['cortex-a15', 'random_quantized', 'random_networks'],
];

function run([cpu, ...rest], env = {}) {
  const { architecture, isas } = emulatedNode(cpu);
  if (!existsSync(join(root, 'prebuilds', `linux-${architecture}`))) {
    throw new Error(`There is no prebuilt addon for ${architecture}: run \`npm run prebuild\` first`);
  }
  console.log(`\n${cpu}, Node for ${architecture}, ${isas.join(', ')}`);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', '--config', 'test/arm/vitest.config.mts', CPU_TEST, ...rest],
    { cwd: root, stdio: 'inherit', env: { ...process.env, ...env, MOBILENET_EDGE_CPU: cpu } },
  );
  if (status !== 0) process.exitCode = 1;
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--sample') for (const sample of SAMPLE) run(sample, { MOBILENET_EDGE_RANDOM_NETWORKS: '10' });
else for (const cpu of first ? [first] : CPUS) run([cpu, ...(rest.length > 0 ? rest : EVERYTHING)]);
