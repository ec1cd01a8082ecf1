// Runs inferences on several models in several worker_threads at once, checks every answer, and watches the memory:
//   node scripts/soak.mjs [inferences=100000] [threads=2]
// Exits with 1 if an answer is wrong or the resident memory grows.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const WORKERS = 4;
/** Between two looks at the memory. */
const LOOKS = 20;
const INPUT_SIZE = 64;
/** V8 lets it shrink and grow by tens of MB, depending on what else the machine does. */
const YOUNG_GENERATION = { maxYoungGenerationSizeMb: 3 };

const { load, mobilenetV1, mobilenetV2 } = createRequire(import.meta.url)('../dist/index.js');

/** Garbage that nobody has collected yet is no leak. */
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** Four networks that differ; two workers share none. */
const NETWORKS = [
  () => mobilenetV1({ alpha: 0.25, inputSize: INPUT_SIZE, classes: 10, seed: 1 }),
  () => mobilenetV2({ alpha: 0.35, inputSize: INPUT_SIZE, classes: 10, seed: 2 }),
  () => mobilenetV1({ alpha: 0.5, inputSize: INPUT_SIZE, classes: 10, seed: 3 }),
  () => mobilenetV2({ alpha: 0.5, inputSize: INPUT_SIZE, classes: 10, seed: 4 }),
];

const picture = (phase) => Float32Array.from({ length: INPUT_SIZE ** 2 * 3 }, (_, i) => Math.sin(i + phase));
const same = (a, b) => a.every((value, i) => Object.is(value, b[i]));

/** In a worker: each message asks for a number of inferences of one model; it answers how many were wrong. */
async function work({ network, threads }) {
  const graph = NETWORKS[network]();
  const pictures = [0, 1, 2].map(picture);
  const alone = await load(graph, { backend: 'native', threads: 1 });
  const expected = [];
  for (const each of pictures) expected.push((await alone.predict(each)).data);
  alone.close();
  const model = await load(graph, { backend: 'native', threads });
  parentPort.on('message', async (inferences) => {
    let wrong = 0;
    for (let i = 0; i < inferences; i++) {
      const { data } = await model.predict(pictures[i % 3]);
      if (!same(data, expected[i % 3])) wrong++;
    }
    collectGarbage();
    parentPort.postMessage(wrong);
  });
  parentPort.postMessage(0);
}

/** The next message of a worker; an error of it ends this process. */
const answer = (worker) => new Promise((resolve) => worker.once('message', resolve));

/** How much `values` rise from the first to the last, by least squares. */
function rise(values) {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const slope =
    values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0) /
    values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  return slope * (values.length - 1);
}

async function main([inferences = 100_000, threads = 2]) {
  const workers = NETWORKS.map((_, network) => {
    const workerData = { network, threads: Number(threads) };
    return new Worker(fileURLToPath(import.meta.url), { workerData, resourceLimits: YOUNG_GENERATION });
  });
  await Promise.all(workers.map(answer));
  const each = Math.ceil(inferences / WORKERS / LOOKS);
  const start = performance.now();
  const rss = [];
  let wrong = 0;
  for (let look = 0; look < LOOKS; look++) {
    const answers = workers.map(answer);
    for (const worker of workers) worker.postMessage(each);
    wrong += (await Promise.all(answers)).reduce((sum, count) => sum + count);
    rss.push(process.memoryUsage.rss() / 1e6);
  }
  const seconds = (performance.now() - start) / 1000;
  await Promise.all(workers.map((worker) => worker.terminate()));
  // V8's heaps of the workers settle in the first looks.
  const settled = rss.slice(LOOKS / 2);
  const result = {
    inferences: each * WORKERS * LOOKS,
    threads: Number(threads),
    wrong,
    seconds: Math.round(seconds),
    rssMb: rss.map((value) => Math.round(value)),
    riseMb: Math.round(rise(settled) * 10) / 10,
  };
  console.log(JSON.stringify(result));
  if (wrong > 0 || result.riseMb > 10) process.exitCode = 1;
}

if (isMainThread) await main(process.argv.slice(2));
else await work(workerData);
