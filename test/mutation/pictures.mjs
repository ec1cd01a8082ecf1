/**
 * `node pictures.mjs SEEDS COUNT SEED`: decodes COUNT mutants of the pictures in the folder SEEDS without sharp. A process of its
 * own, so that an abort is seen.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { mutateBytes } from './mutate.mjs';
import { mutatePicture } from './mutate_pictures.mjs';
import { runMutants } from './run_mutants.mjs';

const require = createRequire(import.meta.url);
const { decodeImage } = require('../../dist/node/pictures');
const { MobileNetEdgeError } = require('../../dist/base/errors');
const [folder, count, seed] = process.argv.slice(2);
const REFUSALS = ['IMAGE_INVALID', 'IMAGE_UNSUPPORTED'];

const seeds = readdirSync(folder)
  .sort()
  .map((name) => new Uint8Array(readFileSync(join(folder, name))));

function mutant(random) {
  const bytes = seeds[random(seeds.length)];
  return random(2) ? mutatePicture(bytes, seeds, random) : mutateBytes(bytes, seeds, random);
}

async function outcomeOf(bytes) {
  try {
    const { data, width, height, channels } = await decodeImage(bytes, undefined, 'builtin');
    if (![1, 3, 4].includes(channels) || data.length !== width * height * channels || data.length === 0) {
      throw new Error(`${data.length} bytes for ${width}x${height}x${channels}`);
    }
    return 'picture';
  } catch (error) {
    if (!(error instanceof MobileNetEdgeError) || !REFUSALS.includes(error.code)) throw error;
    if (error.message.length > 1000) throw error;
    return error.code;
  }
}

await runMutants(Number(count), Number(seed), (random) => {
  const [kind, bytes] = mutant(random);
  return [kind, () => outcomeOf(bytes)];
});
