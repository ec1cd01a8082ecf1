/** The cost of a run, counted by hand. */
import { expect, test } from 'vitest';
import { mobilenetV2 } from '../../lib/architectures/mobilenet_v2';
import { LINEAR, NO_PADDING, type Tensor } from '../../lib/graph/graph';
import type { Graph, Node } from '../../lib/ops';
import { work, workOf } from '../../lib/ops/cost';
import { totals } from '../../lib/ops/layers';
import { simplify } from '../../lib/passes/simplify';

const tensor = (...shape: number[]): Tensor => ({ name: 't', shape, type: 'float32' });
const window = (kernel: number) =>
  ({ kernel: [kernel, kernel], stride: [1, 1], dilation: [1, 1], padding: NO_PADDING }) as const;

test('a pool costs what its window touches, though it multiplies nothing', () => {
  const input = tensor(1, 2048, 2048, 1);
  const output = tensor(1, 1025, 1025, 1);
  const pool: Node = {
    ...{ name: 'p', op: 'pool', kind: 'average', source: 'pool', inputs: [input], output },
    ...{ window: window(1024), clamp: LINEAR },
  };
  const graph: Graph = { input, outputs: [output], nodes: [pool] };
  expect(totals(graph).macs).toBe(0);
  // One channel costs what eight do.
  expect(workOf(graph)).toBe(1025 * 1025 * 1024 * 1024 * 8);
});

test('every operator costs something but a change of shape', () => {
  const input = tensor(1, 3, 5, 8);
  const node = (rest: object): number =>
    work({ name: 'n', inputs: [input, input], output: input, clamp: LINEAR, ...rest } as unknown as Node);
  const values = 3 * 5 * 8;
  expect(node({ op: 'add' })).toBe(values);
  expect(node({ op: 'affine' })).toBe(values);
  expect(node({ op: 'pad' })).toBe(values);
  expect(node({ op: 'reshape' })).toBe(0);
  for (const op of ['activation', 'requantize', 'softmax', 'sigmoid']) expect(node({ op }), op).toBeGreaterThan(values);
  expect(node({ op: 'conv2d', filter: tensor(8, 3, 2, 7) })).toBe(values * 3 * 2 * 7);
  expect(node({ op: 'depthwise_conv2d', filter: tensor(1, 3, 2, 8) })).toBe(values * 3 * 2);
  expect(
    work({
      ...{ name: 'd', op: 'dense', inputs: [input], filter: tensor(5, 120) },
      ...{ output: tensor(1, 5), clamp: LINEAR },
    }),
  ).toBe(8 * 120);
});

test('a network of the paper costs little more than its multiply-accumulates', () => {
  const graph = simplify(mobilenetV2());
  const { macs } = totals(graph);
  expect(workOf(graph)).toBeGreaterThan(macs);
  expect(workOf(graph)).toBeLessThan(macs * 1.02);
});
