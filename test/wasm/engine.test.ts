/** The wasm engine as a whole: networks against the reference, instruction sets, and the life of a session. */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { mobilenetV1 } from '../../lib/architectures/mobilenet_v1';
import { mobilenetV2 } from '../../lib/architectures/mobilenet_v2';
import { compile } from '../../lib/compile/compile';
import type { Engine } from '../../lib/engines/engine';
import type { TensorValues } from '../../lib/graph/graph';
import { loadWasmEngine } from '../../lib/node/engines/wasm';
import { simplify } from '../../lib/passes/simplify';
import type { Program } from '../../lib/program/program';
import { evaluate } from '../reference/evaluate';
import { packageRoot } from '../support/package_root';
import { runPort } from '../support/run_port';
import { Random } from './one_op';

const graph = mobilenetV2({ alpha: 0.35, inputSize: 96, classes: 10 });
const simple = simplify(graph);
const input = new Random(7).values(96 * 96 * 3);

function program(engine: Engine): Program {
  return compile(simple, engine.geometry);
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe.each(['simd128', 'relaxed-simd'])('%s', (isa) => {
  test('answers like the reference, fused or not, however the work is cut', async ({ skip }) => {
    const engine = await loadWasmEngine({ isa }).catch((error) => skip(`${isa} does not run here: ${error.message}`));
    expect(engine).toMatchObject({ backend: 'wasm', isa });
    for (const network of [graph, mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 10 })]) {
      const expected = evaluate(network, input);
      const answers: TensorValues[] = [];
      for (const options of [{ fusion: 'always' }, { fusion: 'never' }, { fusion: 'auto', threads: 3 }] as const) {
        const compiled = compile(simplify(network), engine.geometry, options);
        const session = await engine.load(compiled);
        answers.push(await runPort(session, input, compiled.outputs[0]));
        await session.close();
      }
      const worst = Math.max(...expected.map((v, i) => Math.abs(v - answers[0][i])));
      expect(worst).toBeLessThan(1e-5);
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
    }
  });
});

describe('the instruction set', () => {
  test('comes from the environment, where a native name is none of our business', async () => {
    vi.stubEnv('MOBILENET_EDGE_ISA', 'simd128');
    expect((await loadWasmEngine({})).isa).toBe('simd128');
    vi.stubEnv('MOBILENET_EDGE_ISA', 'avx2');
    expect((await loadWasmEngine({})).isa).toMatch(/^(simd128|relaxed-simd)$/);
  });

  test('that is unknown is an error which names those that exist', async () => {
    await expect(loadWasmEngine({ isa: 'avx2' })).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringMatching(/simd128.*'avx2'/),
    });
  });
});

describe('a session', () => {
  test('answers runs in order, for any port, and leaves its arguments alone', async () => {
    const engine = await loadWasmEngine({});
    const compiled = program(engine);
    const session = await engine.load(compiled);
    const kept = input.slice();
    const other = new Random(8).values(input.length);
    const [first, second, again, embedding] = await Promise.all([
      runPort(session, input, compiled.outputs[0]),
      runPort(session, other, compiled.outputs[0]),
      runPort(session, input, compiled.outputs[0]),
      runPort(session, input, compiled.embedding!),
    ]);
    expect(again).toEqual(first);
    expect(second).not.toEqual(first);
    expect(embedding.length).toBe(1280);
    expect(input).toEqual(kept);
    expect(compiled.weights.length).toBeGreaterThan(0);
    const pooled = evaluate({ ...simple, outputs: [simple.nodes.find((node) => node.op === 'pool')!.output] }, input);
    expect(Math.max(...pooled.map((v, i) => Math.abs(v - embedding[i])))).toBeLessThan(1e-5);
    await session.close();
  });

  test('does not care what lay in its memory', async () => {
    const engine = await loadWasmEngine({});
    const compiled = program(engine);
    const session = await engine.load(compiled);
    const before = await runPort(session, input, compiled.outputs[0]);
    const memory = await session.readMemory();
    expect(memory.length).toBe(compiled.arenaBytes);
    await session.writeMemory(new Uint8Array(memory.length).fill(0xff));
    expect(await runPort(session, input, compiled.outputs[0])).toEqual(before);
    await session.close();
  });

  test('ends a run in progress when it closes, and then says so', async () => {
    const engine = await loadWasmEngine({});
    const compiled = program(engine);
    const session = await engine.load(compiled);
    const run = expect(runPort(session, input, compiled.outputs[0])).rejects.toMatchObject({ code: 'MODEL_CLOSED' });
    await Promise.all([session.close(), session.close()]);
    await run;
    await expect(runPort(session, input, compiled.outputs[0])).rejects.toMatchObject({ code: 'MODEL_CLOSED' });
  });

  test('survives a run that fails, and reports why', async () => {
    const engine = await loadWasmEngine({});
    const compiled = program(engine);
    const session = await engine.load({ ...compiled, ops: Int32Array.of(99, 3, 1, ...compiled.ops.subarray(3)) });
    await expect(runPort(session, input, compiled.outputs[0])).rejects.toMatchObject({
      code: 'INTERNAL',
      cause: expect.objectContaining({ message: expect.stringMatching(/unreachable/) }),
    });
    expect((await runPort(session, input, compiled.input)).length).toBe(input.length);
    await session.close();
  });

  test('whose worker dies rejects what is pending and all that follows', async () => {
    const posted = vi.spyOn(Worker.prototype, 'postMessage');
    const engine = await loadWasmEngine({});
    const compiled = program(engine);
    // A run of some seconds: the same ops over and over.
    const words = compiled.ops.length * 3000;
    const ops = Int32Array.from({ length: words }, (_, i) => compiled.ops[i % compiled.ops.length]);
    const session = await engine.load({ ...compiled, ops });
    const run = runPort(session, input, { ...compiled.outputs[0], afterWord: words });
    const worker = posted.mock.contexts.at(-1) as Worker;
    void worker.terminate();
    await expect(run).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(runPort(session, input, compiled.outputs[0])).rejects.toMatchObject({ code: 'INTERNAL' });
    await session.close();
  });

  test('that does not fit is OUT_OF_MEMORY', async () => {
    const engine = await loadWasmEngine({});
    const tooLarge = { ...program(engine), arenaBytes: 2 ** 33 };
    await expect(engine.load(tooLarge)).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
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
        const program = compile(simplify(mobilenetV1({ alpha: 0.25, inputSize: 96 })), engine.geometry);
        const session = await engine.load(program);
        const [output] = await session.run(new Float32Array(96 * 96 * 3), program.outputs);
        console.log(output.length);
      })();`;
    expect(execFileSync(process.execPath, ['-e', script], { timeout: 20_000, encoding: 'utf8' }).trim()).toBe('1000');
  });
});
