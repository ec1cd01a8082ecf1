/**
 * A program for child processes and worker threads: begins runs that would take minutes, then ends in one of several
 * ways. node long_runs.cjs <how> <backend> <threads> [count]
 *   exit       calls process.exit() in flight
 *   throw      dies of an error that nobody catches
 *   terminate  terminates `count` worker threads in flight, one after the other, a few at a time
 *   finish     closes the model in flight and has nothing more to do
 */
const { join } = require('node:path');
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads');
const { load } = require(join(__dirname, '..', '..', 'dist'));

const SIDE = 1200;

/** An average over every window of 1024x1024: 2.6e11 operations. */
function longNetwork() {
  const tensor = (side) => ({ name: 't', shape: [1, side, side, 1], type: 'float32' });
  const [input, output] = [tensor(SIDE), tensor(SIDE - 1023)];
  const padding = { top: 0, left: 0, bottom: 0, right: 0 };
  const window = { kernel: [1024, 1024], stride: [1, 1], dilation: [1, 1], padding };
  const clamp = { min: -Infinity, max: Infinity };
  const pool = { name: 'pool', op: 'pool', kind: 'average', source: 'pool', inputs: [input], output, window, clamp };
  return { input, outputs: [output], nodes: [pool] };
}

async function beginRun(backend, threads) {
  const model = await load(longNetwork(), { backend, threads });
  const run = model.predict(new Float32Array(SIDE * SIDE));
  return { model, run };
}

async function terminate(count, settings) {
  const one = async () => {
    const worker = new Worker(__filename, { workerData: settings });
    await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
  };
  let begun = 0;
  const some = async () => {
    while (begun++ < count) await one();
  };
  await Promise.all([some(), some(), some()]);
}

async function main([how, backend, threads, count]) {
  if (how === 'terminate') {
    await terminate(Number(count), [backend, Number(threads)]);
    console.log(`terminated ${count}`);
    return;
  }
  const { model, run } = await beginRun(backend, Number(threads));
  run.catch((error) => console.log(error.code));
  // Long enough that threads work, and it would take as long however long this is.
  await new Promise((resolve) => setTimeout(resolve, 50));
  console.log('runs');
  if (how === 'exit') process.exit(3);
  if (how === 'throw') throw new Error('nobody catches this');
  model.close();
}

if (isMainThread) void main(process.argv.slice(2));
else {
  beginRun(...workerData).then(({ run }) => {
    run.then(() => parentPort.postMessage('answered'));
    parentPort.postMessage('runs');
  });
}
