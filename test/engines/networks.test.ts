import { beforeAll, describe, expect, test } from 'vitest';
import { mobilenetV1 } from '../../lib/architectures/mobilenet_v1';
import { mobilenetV2 } from '../../lib/architectures/mobilenet_v2';
import { compile, pooledFeatures } from '../../lib/compile/compile';
import type { Fusion } from '../../lib/compile/steps';
import type { Engine } from '../../lib/engines/engine';
import { elementCount } from '../../lib/graph/graph';
import type { Graph } from '../../lib/ops';
import { simplify } from '../../lib/passes/simplify';
import { evaluateAll } from '../reference/evaluate';
import { enginesUnderTest } from '../support/engines';
import { randomFloats } from '../support/random';
import { runPort } from '../support/run_port';

let engines: Engine[];
beforeAll(async () => {
  engines = await enginesUnderTest();
});

const CASES: [string, Graph][] = [
  ...[0.25, 0.5, 0.75, 1].map((alpha, i): [string, Graph] => {
    const inputSize = [96, 128, 161, 97][i];
    return [`v1 ${alpha}/${inputSize}`, mobilenetV1({ alpha, inputSize, classes: 10 + i, seed: i })];
  }),
  ...[0.35, 0.5, 0.75, 1, 1.3, 1.4].map((alpha, i): [string, Graph] => {
    const inputSize = [96, 160, 131, 128, 96, 99][i];
    return [`v2 ${alpha}/${inputSize}`, mobilenetV2({ alpha, inputSize, classes: 5 + i, seed: 10 + i })];
  }),
  ['v1 0.25/320', mobilenetV1({ alpha: 0.25, inputSize: 320, classes: 1001 })],
  ['v2 0.35/320', mobilenetV2({ alpha: 0.35, inputSize: 320, classes: 1000 })],
  ['v1 1/224', mobilenetV1()],
  ['v2 1/224', mobilenetV2()],
];

async function run(engine: Engine, graph: Graph, input: Float32Array, fusion: Fusion) {
  const program = compile(graph, engine.geometry, { fusion });
  const session = await engine.load(program);
  try {
    const output = (await runPort(session, input, program.outputs[0])) as Float32Array;
    const embedding = (await runPort(session, input, program.embedding!)) as Float32Array;
    return { output, embedding, bytes: program.arenaBytes };
  } finally {
    await session.close();
  }
}

/** The largest difference, relative to the largest value. */
function relativeError(actual: Float32Array, expected: Float64Array): number {
  const scale = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return expected.reduce((max, value, i) => Math.max(max, Math.abs(value - actual[i])), 0) / scale;
}

describe.each(CASES)('%s', (_name, network) => {
  const input = randomFloats(elementCount(network.input.shape), 7);

  test('every engine agrees with the plain loops, and fused equals unfused bit for bit', async () => {
    const expected = evaluateAll(network, input);
    const graph = simplify(network);
    expect(engines.length).toBeGreaterThan(0);
    for (const engine of engines) {
      const fused = await run(engine, graph, input, 'always');
      const unfused = await run(engine, graph, input, 'never');
      const automatic = await run(engine, graph, input, 'auto');
      const embedding = expected.get(pooledFeatures(network)!)!;
      expect(fused.embedding.length).toBe(embedding.length);
      expect(relativeError(fused.embedding, embedding), `${engine.isa} embedding`).toBeLessThan(2e-5);
      expect(relativeError(fused.output, expected.get(network.outputs[0])!), `${engine.isa} output`).toBeLessThan(1e-5);
      for (const other of [unfused, automatic]) {
        expect(Buffer.compare(Buffer.from(fused.output.buffer), Buffer.from(other.output.buffer)), engine.isa).toBe(0);
        expect(Buffer.compare(Buffer.from(fused.embedding.buffer), Buffer.from(other.embedding.buffer))).toBe(0);
      }
    }
  });
});
