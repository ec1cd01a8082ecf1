import { expect, test } from 'vitest';
import { elementCount } from '../../lib/graph/graph';
import { simplify } from '../../lib/passes/simplify';
import { evaluate } from '../reference/evaluate';
import { randomFloats } from '../support/random';
import { randomGraph } from '../support/random_graph';

/** The largest difference, relative to the largest value or 1. */
function difference(actual: Float64Array, expected: Float64Array): number {
  const scale = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
  return expected.reduce((max, value, i) => Math.max(max, Math.abs(value - actual[i])), 0) / scale;
}

test('the passes keep the meaning of 500 random networks', () => {
  for (let seed = 0; seed < 500; seed++) {
    const graph = randomGraph(seed);
    const input = randomFloats(elementCount(graph.input.shape), seed);
    const simple = simplify(graph);
    // Folded weights are rounded to float32, hence not exactly equal.
    expect(difference(evaluate(simple, input), evaluate(graph, input)), `seed ${seed}`).toBeLessThan(2e-5);
    expect(simple.outputs[0].shape).toEqual(graph.outputs[0].shape);
    const ops = new Set(simple.nodes.map((node) => node.op));
    for (const gone of ['affine', 'activation', 'pad', 'reshape', 'requantize'] as const)
      expect(ops).not.toContain(gone);
  }
});
