/** Shapes that GraphBuilder infers, and what it says where there is none. */
import { describe, expect, test } from 'vitest';
import { Budget } from '../../lib/base/budget';
import { LINEAR, RELU, type Tensor } from '../../lib/graph/graph';
import type { Node } from '../../lib/ops';
import * as ops from '../../lib/ops';
import { GraphBuilder } from '../../lib/ops/builder';
import type { Keeps, Origin } from '../../lib/ops/op';
import { POINT } from '../../lib/ops/window';

const tensor = (name: string, ...shape: number[]): Tensor => ({ name, shape, type: 'float32' });
const picture = tensor('picture', 1, 9, 7, 6);
const vector = tensor('vector', 1, 12);

/** What was said of each output, and errors that tell their kind. */
class Layer implements Origin {
  readonly name = 'layer';
  readonly kept: Keeps[] = [];
  output(shape: readonly number[], _input: Tensor, keeps: Keeps): Tensor {
    this.kept.push(keeps);
    return { name: 'made', shape, type: 'float32' };
  }
  invalid = (why: string) => new Error(`invalid: layer ${why}`);
  unsupported = (why: string) => new Error(`unsupported: layer ${why}`);
}

const stride2 = { stride: [2, 2], dilation: [1, 1], padding: 'same' } as const;
const pixels = { ...stride2, stride: [1, 1], padding: { top: 1, left: 0, bottom: 2, right: 3 } } as const;
const filter = (...shape: number[]) => ({ filter: tensor('filter', ...shape), clamp: LINEAR });
const ones = new Float64Array(6).fill(1);
type Make = (graph: GraphBuilder, origin: Origin) => Node;

test.each<[string, shape: number[], keeps: Keeps, make: Make]>([
  [
    'conv2d',
    [1, 5, 4, 8],
    'type',
    (g, o) => g.push(ops.conv2d(o, { input: picture, ...filter(8, 3, 3, 6), window: stride2 })),
  ],
  [
    'conv2d',
    [1, 10, 8, 8],
    'type',
    (g, o) => g.push(ops.conv2d(o, { input: picture, ...filter(8, 3, 3, 6), window: pixels })),
  ],
  [
    'conv2d',
    [1, 9, 7, 2],
    'type',
    (g, o) => g.push(ops.conv2d(o, { input: picture, ...filter(2, 1, 1, 6), window: POINT })),
  ],
  [
    'depthwise_conv2d',
    [1, 5, 4, 12],
    'type',
    (g, o) => g.push(ops.depthwiseConv2d(o, { input: picture, ...filter(1, 5, 5, 12), window: stride2 })),
  ],
  ['dense', [1, 5], 'type', (g, o) => g.push(ops.dense(o, { input: vector, ...filter(5, 12), keepsAxes: true }))],
  ['dense', [1, 9, 7, 5], 'type', (g, o) => g.push(ops.dense(o, { input: picture, ...filter(5, 6), keepsAxes: true }))],
  ['dense', [9, 5], 'type', (g, o) => g.push(ops.dense(o, { input: picture, ...filter(5, 42), keepsAxes: false }))],
  [
    'pool',
    [1, 5, 4, 6],
    'scale',
    (g, o) =>
      g.push(ops.pool(o, { input: picture, kind: 'max', window: { ...stride2, kernel: [2, 2] }, clamp: LINEAR })),
  ],
  ['pool', [1, 6], 'type', (g, o) => g.push(ops.globalPool(o, { input: picture, kind: 'average', keepsAxes: false }))],
  [
    'pool',
    [1, 1, 1, 6],
    'scale',
    (g, o) => g.push(ops.globalPool(o, { input: picture, kind: 'max', keepsAxes: true })),
  ],
  ['add', [1, 9, 7, 6], 'type', (g, o) => g.push(ops.add(o, [picture, { ...picture }], LINEAR))],
  ['pad', [1, 12, 14, 6], 'scale', (g, o) => g.push(ops.pad(o, picture, { top: 1, bottom: 2, left: 3, right: 4 }))],
  ['reshape', [1, 63, 6], 'scale', (g, o) => g.push(ops.reshape(o, picture, [1, -1, 6]))],
  ['affine', [1, 9, 7, 6], 'type', (g, o) => g.push(...ops.affine(o, { input: picture, scale: ones, shift: ones }))],
  ['activation', [1, 9, 7, 6], 'type', (g, o) => g.push(ops.activation(o, picture, RELU))],
  ['softmax', [1, 12], 'type', (g, o) => g.push(ops.softmax(o, vector, 2))],
  ['sigmoid', [1, 12], 'type', (g, o) => g.push(ops.unary(o, vector, 'sigmoid'))],
  ['requantize', [1, 12], 'nothing', (g, o) => g.push(ops.requantize(o, vector))],
])('%s makes %j', (op, shape, keeps, make) => {
  const [graph, layer] = [new GraphBuilder(), new Layer()];
  const node = make(graph, layer);
  expect(node).toMatchObject({ op, name: 'layer', output: { name: 'made', shape } });
  expect(layer.kept).toEqual([keeps]);
  expect(graph.nodes).toEqual([node]);
});

test('an affine layer that clamps is two nodes', () => {
  const graph = new GraphBuilder();
  const made = graph.push(...ops.affine(new Layer(), { input: picture, scale: ones, shift: ones, clamp: RELU }));
  const [affine, activation] = graph.nodes;
  expect(activation).toBe(made);
  expect(activation).toMatchObject({ op: 'activation', clamp: RELU, inputs: [affine.output] });
  expect(affine).toMatchObject({ op: 'affine', inputs: [picture] });
});

test('a bias is a vector, whatever axes of extent 1 the file gives it', () => {
  const bias = { ...tensor('bias', 1, 1, 5), data: new Float32Array(5) };
  const made = ops.dense(new Layer(), { input: vector, ...filter(5, 12), bias, keepsAxes: true });
  expect(made.bias).toEqual({ ...bias, shape: [5] });
});

test("padding is explicit, TensorFlow's SAME with the larger half behind", () => {
  const window = { ...stride2, kernel: [2, 4] } as const;
  const made = ops.pool(new Layer(), { input: picture, kind: 'max', window, clamp: LINEAR });
  expect(made.window.padding).toEqual({ top: 0, bottom: 1, left: 1, right: 2 });
});

test('every node is accounted for', () => {
  const graph = new GraphBuilder(new Budget({ operators: 1 }));
  graph.push(ops.unary(new Layer(), vector, 'sigmoid'));
  expect(() => graph.push(ops.unary(new Layer(), vector, 'sigmoid'))).toThrow(/operators/);
});

describe('what cannot be', () => {
  test.each<[RegExp, Make]>([
    [
      /^unsupported: .*groups \(3\)/,
      (g, o) => g.push(ops.conv2d(o, { input: picture, ...filter(8, 3, 3, 2), window: POINT })),
    ],
    [
      /^invalid: .*expects 5 channels/,
      (g, o) => g.push(ops.conv2d(o, { input: picture, ...filter(8, 3, 3, 5), window: POINT })),
    ],
    [
      /^invalid: .*\[1, height/,
      (g, o) => g.push(ops.conv2d(o, { input: vector, ...filter(8, 1, 1, 12), window: POINT })),
    ],
    [
      /^invalid: .*11x1 window/,
      (g, o) => g.push(ops.conv2d(o, { input: picture, ...filter(8, 11, 1, 6), window: POINT })),
    ],
    [
      /^invalid: .*stride of 1 or more but it is 0x1/,
      (g, o) => g.push(ops.conv2d(o, { input: picture, ...filter(8, 1, 1, 6), window: { ...POINT, stride: [0, 1] } })),
    ],
    [
      /for 6 channels/,
      (g, o) => g.push(ops.depthwiseConv2d(o, { input: picture, ...filter(1, 3, 3, 8), window: POINT })),
    ],
    [/^invalid: .*5 values/, (g, o) => g.push(ops.dense(o, { input: vector, ...filter(2, 5), keepsAxes: false }))],
    [/^invalid: .*42 values/, (g, o) => g.push(ops.dense(o, { input: picture, ...filter(2, 42), keepsAxes: true }))],
    [
      /^invalid: .*2 biases but has \[3\]/,
      (g, o) => g.push(ops.dense(o, { input: vector, ...filter(2, 12), bias: tensor('bias', 3), keepsAxes: true })),
    ],
    [/^unsupported: .*different shapes/, (g, o) => g.push(ops.add(o, [picture, vector], LINEAR))],
    [/^unsupported: .*float32 and int8/, (g, o) => g.push(ops.add(o, [picture, { ...picture, type: 'int8' }], LINEAR))],
    [/^invalid: .*padding of 0/, (g, o) => g.push(ops.pad(o, picture, { top: -1, left: 0, bottom: 0, right: 0 }))],
    [/^invalid: .*cannot make \[-1, -1\] of \[1, 12\]/, (g, o) => g.push(ops.reshape(o, vector, [-1, -1]))],
    [/^invalid: .*cannot make \[5\]/, (g, o) => g.push(ops.reshape(o, vector, [5]))],
  ])('%s', (message, make) => {
    const graph = new GraphBuilder();
    expect(() => make(graph, new Layer())).toThrow(message);
    expect(graph.nodes).toEqual([]);
  });
});
