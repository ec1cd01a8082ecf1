/**
 * Every run can be ended within a chunk: by an abort, by close(), and by the end of its thread or process. Runs here take
 * minutes if nothing ends them; only the time limit of a test sees that.
 */

import { spawnSync } from 'node:child_process';
import { pbkdf2 } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { load } from '../../lib';
import { mobilenetV2 } from '../../lib/architectures/mobilenet_v2';
import type { Backend, Engine, Session } from '../../lib/engines/engine';
import type { TensorValues } from '../../lib/graph/graph';
import { selectEngine } from '../../lib/node/engines/select';
import type { Port, Program } from '../../lib/program/program';
import { encode, type Op } from '../../lib/program/schema';
import { longNetwork } from '../fixtures/long_network';
import { addon } from '../support/native_addon';
import { packageRoot } from '../support/package_root';
import { randomFloats } from '../support/random';
import { runPort } from '../support/run_port';

const PIXELS = 128 * 128;
const CHANNELS = 8;
const BYTES = PIXELS * CHANNELS * 4;
/** Seconds of work, of which a test lets milliseconds pass. */
const OPS = 200_000;

/** Ops that each add the input, which is at 0, to the counters behind it: `OPS` of them, of 4 chunks. */
function countingProgram(threads: number): Program {
  const add: Op<'add'> = {
    name: 'add',
    chunks: 4,
    fields: {
      ...{ a: BYTES, a_stride: CHANNELS, b: 0, b_stride: CHANNELS, output: BYTES, output_stride: CHANNELS },
      ...{ pixels: PIXELS, channels: CHANNELS, pixels_per_chunk: PIXELS / 4, lo: -1e9, hi: 1e9 },
    },
  };
  const record = encode([add]);
  const ops = new Int32Array(record.length * OPS);
  for (let i = 0; i < OPS; i++) ops.set(record, i * record.length);
  const port = (offset: number, afterWord: number): Port => ({
    ...{
      offset,
      shape: [1, 128, 128, CHANNELS],
      stride: CHANNELS,
      type: 'float32',
      own: 'float32',
      shift: 0,
      afterWord,
    },
  });
  return {
    ...{ ops, weights: new Uint8Array(0), arenaBytes: 2 * BYTES, threads, scratchBytes: 0 },
    ...{ input: port(0, 0), outputs: [port(BYTES, ops.length)], embedding: port(BYTES, record.length) },
  };
}

const ones = new Float32Array(PIXELS * CHANNELS).fill(1);

async function counters(session: Session): Promise<Float32Array> {
  return new Float32Array((await session.readMemory()).slice(BYTES).buffer);
}

function plusOne(values: TensorValues): TensorValues {
  return values.map((value) => value + 1);
}

/** Faster than toEqual, for arrays as long as these. */
function expectSame(actual: TensorValues, expected: TensorValues): void {
  expect(actual).toHaveLength(expected.length);
  expect(actual.findIndex((value, i) => value !== expected[i])).toBe(-1);
}

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

const CASES: [Backend, number][] = [
  ['native', 1],
  ['native', 3],
  ['wasm', 1],
  ['wasm', 3],
];

describe.each(CASES.filter(([backend]) => backend === 'wasm' || addon))('%s on %d threads', (backend, threads) => {
  const open = async (): Promise<{ engine: Engine; program: Program; session: Session }> => {
    const { engine } = await selectEngine(backend, {});
    const program = countingProgram(threads);
    const session = await engine.load(program, threads);
    await session.writeMemory(new Uint8Array(2 * BYTES));
    return { engine, program, session };
  };

  test('an abort ends the run, no chunk begins after it, and the next run is right', async () => {
    const { program, session } = await open();
    for (let round = 0; round < 3; round++) {
      const controller = new AbortController();
      const run = runPort(session, ones, program.outputs[0], controller.signal);
      await later();
      controller.abort();
      await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
      const reached = await counters(session);
      expect(reached.reduce((a, b) => Math.max(a, b))).toBeLessThan(OPS);
      await later();
      expectSame(await counters(session), reached);
      // The first op alone adds 1.
      expectSame(await runPort(session, ones, program.embedding!), plusOne(reached));
    }
    await session.close();
  });

  test('a run that is aborted at once, or after its end, disturbs no other', async () => {
    const { program, session } = await open();
    const before = new AbortController();
    const ended = new AbortController();
    const run = runPort(session, ones, program.outputs[0], before.signal);
    before.abort();
    await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(runPort(session, ones, program.outputs[0], before.signal)).rejects.toMatchObject({ code: 'ABORTED' });
    const first = await runPort(session, ones, program.embedding!, ended.signal);
    ended.abort();
    expectSame(await runPort(session, ones, program.embedding!), plusOne(first));
    await session.close();
  });

  test('close() ends the run, and says so', async () => {
    const { program, session } = await open();
    const run = runPort(session, ones, program.outputs[0]);
    const rejected = expect(run).rejects.toMatchObject({ code: 'MODEL_CLOSED' });
    await later();
    await session.close();
    await rejected;
    await expect(runPort(session, ones, program.outputs[0])).rejects.toMatchObject({ code: 'MODEL_CLOSED' });
  });

  test('a model answers the calls behind an aborted one, in their order', async () => {
    const model = await load(mobilenetV2({ alpha: 0.35, inputSize: 96, classes: 10 }), { backend, threads });
    const inputs = [1, 2, 3].map((seed) => randomFloats(96 * 96 * 3, seed));
    const expected = await Promise.all(inputs.map(async (input) => (await model.predict(input)).data));
    for (let round = 0; round < 10; round++) {
      const controller = new AbortController();
      const order: number[] = [];
      const aborted = model.predict(inputs[0], { signal: controller.signal });
      const others = inputs.map(async (input, i) => {
        const { data } = await model.predict(input);
        order.push(i);
        return data;
      });
      for (let turn = 0; turn < round; turn++) await new Promise(setImmediate);
      controller.abort();
      // It may have been answered before.
      const outcome = await aborted.catch((error) => error.code);
      if (outcome !== 'ABORTED') expect(outcome.data).toEqual(expected[0]);
      expect(await Promise.all(others)).toEqual(expected);
      expect(order).toEqual([0, 1, 2]);
    }
    model.close();
  });

  test('a call behind an aborted one is answered, though that had minutes to go', async () => {
    const graph = longNetwork();
    const model = await load(graph, { backend, threads });
    const [, height, width] = graph.input.shape;
    const tensor = new Float32Array(height * width);
    const picture = { data: new Uint8Array(4 * 4).fill(255), height: 4, width: 4, channels: 1 } as const;
    for (let round = 0; round < 3; round++) {
      const controller = new AbortController();
      const aborted = model.predict(tensor, { signal: controller.signal });
      const behind = model.embed(picture);
      if (round > 0) await later();
      controller.abort();
      await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
      expect(await behind).toEqual(Float32Array.of(1));
    }
    const closed = expect(model.predict(tensor)).rejects.toMatchObject({ code: 'MODEL_CLOSED' });
    await later();
    model.close();
    await closed;
  });

  const child = (how: string, count = 0): object => {
    const script = join(packageRoot(), 'test', 'support', 'long_runs.cjs');
    const args = [script, how, backend, `${threads}`, `${count}`];
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return { status, signal, stdout, stderr: stderr.includes('nobody catches this') ? 'as it should' : stderr };
  };

  test('a process ends while a run is in progress', () => {
    const ended = { signal: null, stderr: '' };
    expect(child('exit')).toEqual({ ...ended, status: 3, stdout: 'runs\n' });
    expect(child('throw')).toEqual({ ...ended, status: 1, stdout: 'runs\n', stderr: 'as it should' });
    expect(child('finish')).toEqual({ ...ended, status: 0, stdout: 'runs\nMODEL_CLOSED\n' });
  });

  test('worker threads are terminated while runs are in progress', () => {
    const count = 12;
    expect(child('terminate', count)).toEqual({ status: 0, signal: null, stdout: `terminated ${count}\n`, stderr: '' });
  });
});

describe.skipIf(!addon)('native runs', () => {
  test('keep nobody from files, names and keys: they are not on the pool of those', async () => {
    const { engine } = await selectEngine('native', {});
    const program = countingProgram(1);
    // More than the pool has threads.
    const sessions = await Promise.all(Array.from({ length: 6 }, () => engine.load(program)));
    let ended = 0;
    const runs = sessions.map((session) => runPort(session, ones, program.outputs[0]).catch(() => ended++));
    await Promise.all([
      readFile(__filename),
      lookup('localhost'),
      promisify(pbkdf2)('a', 'b', 1000, 32, 'sha256'),
      ...[1, 2, 3, 4].map(() => readFile(join(packageRoot(), 'package.json'))),
    ]);
    expect(ended).toBe(0);
    await Promise.all(sessions.map((session) => session.close()));
    await Promise.all(runs);
    expect(ended).toBe(6);
  });
});
