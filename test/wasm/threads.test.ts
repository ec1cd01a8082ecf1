/** The wasm engine on several threads: the same answers, and no thread left waiting when one fails. */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { mobilenetV1 } from '../../lib/architectures/mobilenet_v1';
import { mobilenetV2 } from '../../lib/architectures/mobilenet_v2';
import { compile } from '../../lib/compile/compile';
import { WasmProgram } from '../../lib/engines/wasm_program';
import type { TensorValues } from '../../lib/graph/graph';
import { loadWasmEngine } from '../../lib/node/engines/wasm';
import { threadsModule } from '../../lib/node/engines/wasm_isa';
import { simplify } from '../../lib/passes/simplify';
import { decode } from '../../lib/program/decode';
import type { Program } from '../../lib/program/program';
import type { Op } from '../../lib/program/schema';
import { packageRoot } from '../support/package_root';
import { randomQuantized } from '../support/random_quantized';
import { runPort } from '../support/run_port';
import { Random } from './one_op';

const graph = simplify(mobilenetV2({ alpha: 0.35, inputSize: 96, classes: 10 }));
const input = new Random(7).values(96 * 96 * 3);

afterEach(() => {
  vi.restoreAllMocks();
});

async function answer(program: Program, threads: number, values: TensorValues, isa?: string): Promise<TensorValues> {
  const engine = await loadWasmEngine({ isa });
  const session = await engine.load(program, threads);
  const output = await runPort(session, values, program.outputs[0]);
  await session.close();
  return output;
}

describe.each(['simd128', 'relaxed-simd'])('%s', (isa) => {
  test('float32 networks answer the same bits on any number of threads', async ({ skip }) => {
    const engine = await loadWasmEngine({ isa }).catch((error) => skip(`${isa} does not run here: ${error.message}`));
    for (const network of [graph, simplify(mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 10 }))]) {
      const alone = await answer(compile(network, engine.geometry), 1, input, isa);
      for (const [threads, fusion] of [
        [2, 'always'],
        [2, 'never'],
        [3, 'auto'],
      ] as const) {
        const program = compile(network, engine.geometry, { threads, fusion });
        expect(await answer(program, threads, input, isa), `${threads} threads, fusion ${fusion}`).toEqual(alone);
      }
    }
  });

  test('integer networks do too', async ({ skip }) => {
    const engine = await loadWasmEngine({ isa }).catch((error) => skip(`${isa} does not run here: ${error.message}`));
    for (let seed = 1; seed <= 6; seed++) {
      const { graph: quantized, input: values } = randomQuantized(seed);
      const network = simplify(quantized, 'int8');
      const alone = await answer(compile(network, engine.geometry), 1, values, isa);
      const shared = await answer(compile(network, engine.geometry, { threads: 2 }), 2, values, isa);
      expect(shared, `seed ${seed}`).toEqual(alone);
    }
  });
});

test('a thousand runs in a row, of different lengths, are all right', async () => {
  const engine = await loadWasmEngine({});
  const program = compile(graph, engine.geometry, { threads: 3 });
  const session = await engine.load(program, 3);
  const ports = [program.outputs[0], program.embedding!];
  const expected = [await runPort(session, input, ports[0]), await runPort(session, input, ports[1])];
  for (let i = 0; i < 1000; i++) expect(await runPort(session, input, ports[i % 2])).toEqual(expected[i % 2]);
  await session.close();
});

test('counters wrap around, and a leader without assistants does all the work', async () => {
  const engine = await loadWasmEngine({});
  const program = compile(graph, engine.geometry, { threads: 2 });
  const expected = await answer(program, 1, input, engine.isa);
  const alone = new WasmProgram(await threadsModule(engine.isa as 'simd128'), program, 2);
  const { memory, addresses } = alone.assistantTask(1);
  const control = new Int32Array(memory.buffer, addresses.at(-1));
  // Chunks begun and done, each on a cache line of its own.
  control[0] = control[16] = 2 ** 31 - 5;
  for (let i = 0; i < 3; i++) expect(await alone.run(input, program.outputs)).toEqual([expected]);
  expect(control[0]).toBeLessThan(0);
  expect(control[16]).toBe(control[0]);
});

describe('a session of several threads', () => {
  test('has a scratch for each, and uses them', async () => {
    const engine = await loadWasmEngine({});
    // Of one op, for others would write where its scratch was.
    const [stem] = graph.nodes;
    const program = compile({ ...graph, nodes: [stem], outputs: [stem.output] }, engine.geometry, { threads: 2 });
    const session = await engine.load(program, 2);
    const before = await runPort(session, input, program.outputs[0]);
    const memory = await session.readMemory();
    expect(memory.length).toBe(program.arenaBytes);
    await session.writeMemory(memory.fill(0xff));
    expect(await runPort(session, input, program.outputs[0])).toEqual(before);
    // The assistant may wake late, but not always.
    const [stemOp] = decode(program.ops) as Op<'conv'>[];
    const scratch = stemOp.fields.patches + program.scratchBytes;
    const isUsed = async () => {
      const bytes = (await session.readMemory()).subarray(scratch, scratch + program.scratchBytes);
      return bytes.some((byte) => byte !== 0xff);
    };
    for (let runs = 0; runs < 1000 && !(await isUsed()); runs++) await runPort(session, input, program.outputs[0]);
    expect(await isUsed()).toBe(true);
    await session.close();
  });

  test.each([0, 1])('rejects what is pending and all that follows when thread %i dies', async (thread) => {
    const started = vi.spyOn(Worker.prototype, 'unref');
    const engine = await loadWasmEngine({});
    const compiled = compile(graph, engine.geometry, { threads: 2 });
    // A run of some seconds: the same ops over and over.
    const words = compiled.ops.length * 3000;
    const ops = Int32Array.from({ length: words }, (_, i) => compiled.ops[i % compiled.ops.length]);
    const session = await engine.load({ ...compiled, ops }, 2);
    const workers = [...new Set(started.mock.contexts as Worker[])];
    const ended = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
    const run = runPort(session, input, { ...compiled.outputs[0], afterWord: words });
    void workers[thread].terminate();
    await expect(run).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(runPort(session, input, compiled.outputs[0])).rejects.toMatchObject({ code: 'INTERNAL' });
    await Promise.all(ended);
    await session.close();
    expect((await answer(compiled, 2, input)).length).toBe(10);
  });

  test('ends its threads when a run fails, and says why', async () => {
    const engine = await loadWasmEngine({});
    const program = compile(graph, engine.geometry, { threads: 2 });
    // An unknown op of many chunks: either thread may be the one that fails.
    const ops = Int32Array.of(99, 3, 64, ...program.ops.subarray(3));
    const session = await engine.load({ ...program, ops }, 2);
    const failed = {
      code: 'INTERNAL',
      cause: expect.objectContaining({ message: expect.stringMatching(/unreachable/) }),
    };
    await expect(runPort(session, input, program.outputs[0])).rejects.toMatchObject(failed);
    await expect(runPort(session, input, program.outputs[0])).rejects.toMatchObject(failed);
    await session.close();
  });

  test('keeps the process alive during a run only', () => {
    const at = (file: string) => JSON.stringify(join(packageRoot(), 'dist', file));
    const script = `
      const { loadWasmEngine } = require(${at('node/engines/wasm.js')});
      const { mobilenetV1 } = require(${at('architectures/mobilenet_v1.js')});
      const { simplify } = require(${at('passes/simplify.js')});
      const { compile } = require(${at('compile/compile.js')});
      (async () => {
        const engine = await loadWasmEngine({});
        const program = compile(simplify(mobilenetV1({ alpha: 0.25, inputSize: 96 })), engine.geometry, { threads: 2 });
        const session = await engine.load(program, 2);
        const [output] = await session.run(new Float32Array(96 * 96 * 3), program.outputs);
        console.log(output.length);
      })();`;
    expect(execFileSync(process.execPath, ['-e', script], { timeout: 20_000, encoding: 'utf8' }).trim()).toBe('1000');
  });
});
