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

/** MobileNet v2 int8 end to end on the cores that matter most, smaller things elsewhere. */
const SAMPLE = [
  ['cortex-a72', 'golden.test', '-t', 'emulated CPU|v2_1.0_224_quant.*byte for byte on neon, 1'],
  ['cortex-a76', 'golden.test', '-t', 'emulated CPU|v2_1.0_224_quant.*byte for byte on neondot, 1'],
  ['cortex-a53', 'golden.test', '-t', 'emulated CPU|(v1_0.25_128_quant|vww_float).*simd'],
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
