/**
 * `node models.mjs SEEDS COUNT SEED`: loads COUNT mutants of the files in the folder SEEDS and runs those that load. A process
 * of its own, so that an abort is seen.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { mutateArtifacts, mutateBytes } from './mutate.mjs';
import { runMutants } from './run_mutants.mjs';

const { load, MobileNetEdgeError } = createRequire(import.meta.url)('../../dist/index.js');
const [folder, count, seed] = process.argv.slice(2);
const ARRAYS = { float32: Float32Array, uint8: Uint8Array, int8: Int8Array };
/** Enough for every file here as it was; a run then takes milliseconds. */
const LIMITS = { macs: 2 ** 26 };
/** The WebAssembly engine starts a worker for each model. */
const WASM_EVERY = 250;
/** The most bytes that a model which loaded counts. */
let counted = 0;

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
    counted = Math.max(counted, arenaBytes + weightBytes);
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

await runMutants(
  Number(count),
  Number(seed),
  (random, i) => {
    const [kind, source] = mutant(random);
    return [kind, () => outcomeOf(source, i % WASM_EVERY === WASM_EVERY - 1 ? { backend: 'wasm' } : {})];
  },
  () => ({ counted }),
);
