/**
 * `node child.mjs SEEDS COUNT SEED`: loads COUNT mutants of the files in the folder SEEDS and runs those that load. A process
 * of its own, so that an abort is seen. Prints a line of JSON: how often each outcome was seen, what was wrong, and how much memory was counted.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { mutateArtifacts, mutateBytes, randomSource } from './mutate.mjs';

const { load, MobileNetEdgeError } = createRequire(import.meta.url)('../../dist/index.js');
const [folder, count, seed] = process.argv.slice(2);
const ARRAYS = { float32: Float32Array, uint8: Uint8Array, int8: Int8Array };
/** Enough for every file here as it was; a run then takes milliseconds. */
const LIMITS = { macs: 2 ** 26 };
/** The WebAssembly engine starts a worker for each model. */
const WASM_EVERY = 250;

const names = readdirSync(folder).sort();
const read = (name) => readFileSync(join(folder, name));
const tflite = names.filter((name) => name.endsWith('.tflite')).map(read);
const tfjs = names
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({
    ...JSON.parse(read(name).toString()),
    weightData: new Uint8Array(read(name.replace('.json', '.bin'))),
  }));

function mutant(random) {
  if (random(3) > 0) return mutateBytes(tflite[random(tflite.length)], tflite, random);
  return mutateArtifacts(tfjs[random(tfjs.length)], random);
}

async function outcomeOf(source, options) {
  let model;
  try {
    model = await load(source, { ...options, threads: 1, limits: LIMITS });
    const { inputShape, inputType, arenaBytes, weightBytes } = model.info;
    report.counted = Math.max(report.counted, arenaBytes + weightBytes);
    const values = inputShape.reduce((a, b) => a * b, 1);
    await model.predict(new ARRAYS[inputType](values));
    return 'answer';
  } catch (error) {
    if (!(error instanceof MobileNetEdgeError) || error.code === 'INTERNAL') throw error;
    return error.code;
  } finally {
    await model?.[Symbol.asyncDispose]();
  }
}

const report = { outcomes: {}, kinds: {}, wrong: [], counted: 0, peak: 0 };
for (let i = 0; i < Number(count); i++) {
  // Each has its own seed, so that a failure can be repeated alone.
  const random = randomSource(Number(seed) + i);
  random(1);
  const [kind, source] = mutant(random);
  // What an abort leaves behind tells which one it was.
  if (process.env.MUTATION_LOG) writeFileSync(process.env.MUTATION_LOG, `${Number(seed) + i} ${kind}`);
  report.kinds[kind] = (report.kinds[kind] ?? 0) + 1;
  try {
    const outcome = await outcomeOf(source, i % WASM_EVERY === WASM_EVERY - 1 ? { backend: 'wasm' } : {});
    report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + 1;
  } catch (error) {
    report.wrong.push({ seed: Number(seed) + i, kind, error: String(error?.stack ?? error).slice(0, 600) });
  }
}
report.peak = process.resourceUsage().maxRSS * 1024;
report.cpu = process.cpuUsage();
console.log(JSON.stringify(report));
