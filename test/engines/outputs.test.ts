/** Networks with several outputs: each holds what a network with that output alone gives, whatever runs after it. */
import { expect, test } from 'vitest';
import { compile } from '../../lib/compile/compile';
import type { Engine } from '../../lib/engines/engine';
import { elementCount, type Tensor, type TensorValues } from '../../lib/graph/graph';
import type { Graph } from '../../lib/ops';
import { simplify } from '../../lib/passes/simplify';
import { evaluateAll } from '../reference/evaluate';
import { evaluateQuantized } from '../reference/evaluate_quantized';
import { enginesUnderTest } from '../support/engines';
import { randomFloats, randomSource } from '../support/random';
import { randomGraph } from '../support/random_graph';
import { randomQuantized } from '../support/random_quantized';

const engines = await enginesUnderTest();

/** The same network that also gives some of what it computes on the way, and its last result twice. */
function withOutputs(graph: Graph, seed: number): Graph {
  const random = randomSource(seed);
  const results = graph.nodes.filter(({ op }) => op !== 'reshape').map(({ output }) => output);
  const some = results.filter(() => random() < 1 / 3);
  return { ...graph, outputs: [...graph.outputs, ...some, ...graph.outputs] };
}

async function expectOutputs(
  graph: Graph,
  simple: Graph,
  input: TensorValues,
  engine: Engine,
  check: (values: TensorValues, tensor: Tensor, where: string) => void,
): Promise<void> {
  for (const [fusion, threads] of [
    ['always', 1],
    ['auto', 2],
  ] as const) {
    const program = compile(simple, engine.geometry, { fusion, threads });
    const session = await engine.load(program, Math.min(threads, engine.maxThreads));
    const values = await session.run(input, program.outputs);
    expect(values).toHaveLength(graph.outputs.length);
    for (const [i, tensor] of graph.outputs.entries()) {
      check(values[i], tensor, `output ${i} (${tensor.name}) on ${engine.isa}, fusion ${fusion}`);
    }
    await session.close();
  }
}

test.each(Array.from({ length: 25 }, (_, i) => i + 1))('random float32 network %i', async (seed) => {
  const graph = withOutputs(randomGraph(seed), seed);
  const input = randomFloats(elementCount(graph.input.shape), seed);
  const expected = evaluateAll(graph, input);
  for (const engine of engines) {
    await expectOutputs(graph, simplify(graph), input, engine, (values, tensor, where) => {
      const right = expected.get(tensor)!;
      const scale = right.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
      const worst = right.reduce((most, value, i) => Math.max(most, Math.abs(value - values[i])), 0);
      expect(values, where).toHaveLength(right.length);
      expect(worst / scale, where).toBeLessThan(1e-4);
    });
  }
});

test.each(Array.from({ length: 25 }, (_, i) => i + 1))('random quantized network %i, byte for byte', async (seed) => {
  const { graph: plain, input } = randomQuantized(seed);
  const graph = withOutputs(plain, seed);
  const expected = evaluateQuantized(graph, input);
  for (const engine of engines) {
    await expectOutputs(graph, simplify(graph, 'int8'), input, engine, (values, tensor, where) => {
      expect(Array.from(values), where).toEqual(Array.from(expected.get(tensor)!));
    });
  }
});
