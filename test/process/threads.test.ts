/** Several models on several threads at once: right answers, no deadlock, memory that stays flat. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { load, mobilenetV1, mobilenetV2 } from '../../lib';
import { addon } from '../support/native_addon';
import { packageRoot } from '../support/package_root';
import { randomFloats } from '../support/random';

const SIZE = 64;
const picture = randomFloats(SIZE * SIZE * 3, 5);
const small = (seed: number) => mobilenetV2({ alpha: 0.35, inputSize: SIZE, classes: 10, seed });

const script = (body: string) => `
  const { parentPort, workerData } = require('node:worker_threads');
  const { load, mobilenetV2 } = require(${JSON.stringify(join(packageRoot(), 'dist'))});
  const small = (seed) => mobilenetV2({ alpha: 0.35, inputSize: ${SIZE}, classes: 10, seed });
  const { picture, seed, threads } = workerData;
  (async () => { ${body} })();`;

function start(body: string, workerData: object): { worker: Worker; answer: Promise<unknown> } {
  const worker = new Worker(script(body), { eval: true, workerData: { picture, ...workerData } });
  const answer = new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return { worker, answer };
}

async function expectedOf(seed: number): Promise<unknown> {
  const model = await load(small(seed), { backend: 'native', threads: 1 });
  const { data } = await model.predict(picture);
  model.close();
  return data;
}

describe.skipIf(!addon)('threads', () => {
  test('every network of the papers gives the same bits on 1 to 4 threads', async () => {
    for (const graph of [
      mobilenetV1({ classes: 20 }),
      mobilenetV2({ classes: 20 }),
      mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 5 }),
      mobilenetV2({ alpha: 1.4, inputSize: 128, classes: 7 }),
    ]) {
      const input = randomFloats(
        graph.input.shape.reduce((product, extent) => product * extent),
        6,
      );
      let first: { output: unknown; features: unknown } | undefined;
      for (const threads of [1, 2, 3, 4]) {
        const model = await load(graph, { backend: 'native', threads, preprocess: { crop: 'stretch' } });
        const [, height, width] = model.info.inputShape;
        const data = Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * 37) & 255);
        const output = (await model.predict(input)).data;
        const features = await model.embed({ data, height, width, channels: 3 });
        first ??= { output, features };
        expect({ output, features }, `${threads} threads`).toEqual(first);
        model.close();
      }
    }
  });

  test('models in four worker_threads and here at once, opened and closed while others run', async () => {
    const others = [1, 2, 3, 4].map((seed) =>
      start(
        `
        const answers = [];
        for (let round = 0; round < 5; round++) {
          const model = await load(small(seed), { backend: 'native', threads });
          for (let run = 0; run < 20; run++) answers.push((await model.predict(picture)).data);
          model.close();
        }
        parentPort.postMessage(answers);`,
        { seed, threads: 1 + (seed % 3) },
      ),
    );
    const expected = await expectedOf(9);
    for (let round = 0; round < 10; round++) {
      const models = await Promise.all([2, 3].map((threads) => load(small(9), { backend: 'native', threads })));
      const answers = await Promise.all(models.flatMap((model) => [model.predict(picture), model.predict(picture)]));
      for (const { data } of answers) expect(data).toEqual(expected);
      for (const model of models) model.close();
    }
    for (const [i, { answer }] of others.entries()) {
      const answers = (await answer) as Float32Array[];
      const right = await expectedOf(i + 1);
      expect(answers).toHaveLength(100);
      for (const each of answers) expect(each).toEqual(right);
    }
  });

  test('a worker_thread terminated while it runs disturbs nobody', async () => {
    const expected = await expectedOf(3);
    const model = await load(small(3), { backend: 'native', threads: 2 });
    for (let round = 0; round < 8; round++) {
      const { worker, answer } = start(
        `
        const model = await load(small(seed), { backend: 'native', threads });
        parentPort.postMessage((await model.predict(picture)).data);
        for (;;) await Promise.all([model.predict(picture), model.predict(picture)]);`,
        { seed: 3, threads: 3 },
      );
      expect(await answer).toEqual(expected);
      const [{ data }] = await Promise.all([model.predict(picture), worker.terminate()]);
      expect(data).toEqual(expected);
    }
    model.close();
  });

  test('the addon is unloaded and loaded again by worker_threads, and the process ends while helpers run', () => {
    // No environment but the workers' loads the addon, so the team ends with each of them.
    const dist = JSON.stringify(join(packageRoot(), 'dist'));
    const body = `
      const { load, mobilenetV2 } = require(${dist});
      const { isMainThread, Worker, parentPort } = require('node:worker_threads');
      const graph = mobilenetV2({ alpha: 0.35, inputSize: ${SIZE}, classes: 10 });
      const picture = new Float32Array(${SIZE * SIZE * 3}).fill(0.5);
      async function run() {
        const model = await load(graph, { backend: 'native', threads: 3 });
        for (let i = 0; i < 10; i++) await model.predict(picture);
        return model;
      }
      if (!isMainThread) run().then(() => parentPort.postMessage('done'));
      else (async () => {
        for (let round = 0; round < 12; round++) {
          const worker = new Worker(__filename);
          const exit = new Promise((resolve) => worker.once('exit', resolve));
          await new Promise((resolve) => worker.once('message', resolve));
          if (round % 2) await exit;
          else await worker.terminate();
        }
        const model = await run();
        void model.predict(picture);
        console.log('ends');
        process.exit(7);
      })();`;
    const file = join(packageRoot(), 'build', 'unload_test.cjs');
    writeFileSync(file, body);
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    expect({ status, signal, stdout, stderr }).toEqual({ status: 7, signal: null, stdout: 'ends\n', stderr: '' });
  });

  test('a short soak: four models in four worker_threads', () => {
    const soak = join(packageRoot(), 'scripts', 'soak.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [soak, '2000', '2'], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ inferences: 2000, wrong: 0 });
    expect(status).toBe(0);
  });
});
