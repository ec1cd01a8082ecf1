/** The memory of one model: peak of a process that loads the file and runs it once, beside one that loads the addon only. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)));
const REPETITIONS = 3;

/** VmHWM is this process's own; getrusage's maximum begins with that of the process it was forked from. */
const PRINT_PEAK =
  "console.log(require('fs').readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\\s*(\\d+) kB/)[1]);";

const ADDON_ONLY = `require('node-gyp-build')(process.argv[1]); ${PRINT_PEAK}`;
const LOAD_AND_RUN = `
const [, root, file, length] = process.argv;
require(root).load(file, { backend: 'native' })
  .then((model) => model.predict(new Int8Array(Number(length))))
  .then(() => { ${PRINT_PEAK} });`;

/** Bytes, the median of some processes. */
function peakOf(script, ...args) {
  const peaks = Array.from({ length: REPETITIONS }, () => {
    const output = execFileSync(process.execPath, ['-e', script, PACKAGE, ...args], { cwd: PACKAGE, encoding: 'utf8' });
    return Number(output) * 1024;
  });
  return peaks.sort((a, b) => a - b)[REPETITIONS >> 1];
}

/** { bareBytes, peakBytes } of an int8 .tflite with `length` input values on the native engine; undefined except on Linux. */
export function measureMemory(file, length) {
  if (!existsSync('/proc/self/status')) return undefined;
  return { bareBytes: peakOf(ADDON_ONLY), peakBytes: peakOf(LOAD_AND_RUN, file, String(length)) };
}
