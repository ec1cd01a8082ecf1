/** Every op on every engine as a one-op program, against plain loops, with guard zones around every buffer. */

import { beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../lib/compile/compile';
import type { Engine } from '../../lib/engines/engine';
import { elementCount, LINEAR, pixels, RELU6, type Tensor, type Window, windowExtent } from '../../lib/graph/graph';
import type { Graph, Node } from '../../lib/ops';
import { simplify } from '../../lib/passes/simplify';
import { decode } from '../../lib/program/decode';
import type { Port, Program } from '../../lib/program/program';
import { evaluate } from '../reference/evaluate';
import { enginesUnderTest } from '../support/engines';
import { randomFloats } from '../support/random';
import { runPort } from '../support/run_port';

let engines: Engine[];
beforeAll(async () => {
  engines = await enginesUnderTest();
});

const GUARD_BYTES = 256;
const CANARY = 0x5a;

function tensor(name: string, shape: readonly number[]): Tensor {
  return { name, shape, type: 'float32' };
}

function constant(name: string, shape: readonly number[], seed: number): Tensor {
  return { ...tensor(name, shape), data: randomFloats(elementCount(shape), seed) };
}

function oneNode(node: Node): Graph {
  return { input: node.inputs[0], outputs: [node.output], nodes: [node] };
}

interface Shape {
  height: number;
  width: number;
  inputs: number;
  outputs?: number;
  kernel?: [number, number];
  stride?: [number, number];
  dilation?: [number, number];
  padding?: [top: number, left: number, bottom: number, right: number];
}

function windowOf({ kernel = [3, 3], stride = [1, 1], dilation = [1, 1], padding = [1, 1, 1, 1] }: Shape): Window {
  const [top, left, bottom, right] = padding;
  return { kernel, stride, dilation, padding: { top, left, bottom, right } };
}

function outputShape(
  { height, width }: Shape,
  { kernel, stride, dilation, padding }: Window,
  channels: number,
): number[] {
  return [
    1,
    windowExtent(height, kernel[0], stride[0], dilation[0], padding.top + padding.bottom),
    windowExtent(width, kernel[1], stride[1], dilation[1], padding.left + padding.right),
    channels,
  ];
}

function convolution(op: 'conv2d' | 'depthwise_conv2d', shape: Shape): Graph {
  const window = windowOf(shape);
  const outputs = op === 'conv2d' ? shape.outputs! : shape.inputs;
  const filter = op === 'conv2d' ? [outputs, ...window.kernel, shape.inputs] : [1, ...window.kernel, outputs];
  return oneNode({
    op,
    name: op,
    inputs: [tensor('input', [1, shape.height, shape.width, shape.inputs])],
    filter: constant('filter', filter, 1),
    bias: constant('bias', [outputs], 2),
    window,
    clamp: RELU6,
    output: tensor('output', outputShape(shape, window, outputs)),
  });
}

function pointwise(m: number, k: number, n: number): Graph {
  return convolution('conv2d', { height: 1, width: m, inputs: k, outputs: n, kernel: [1, 1], padding: [0, 0, 0, 0] });
}

function poolOf(kind: 'average' | 'max', shape: Shape): Graph {
  const window = windowOf(shape);
  return oneNode({
    op: 'pool',
    kind,
    source: 'pool',
    name: 'pool',
    inputs: [tensor('input', [1, shape.height, shape.width, shape.inputs])],
    window,
    clamp: LINEAR,
    output: tensor('output', outputShape(shape, window, shape.inputs)),
  });
}

/** Byte range of a port's tensor in the arena. */
function extent({ offset, shape, stride }: Port): [number, number] {
  const [height, width] = pixels(shape);
  return [offset, offset + height * width * stride * 4];
}

/** Byte range of the scratch of a program of one op. */
function scratchExtent(program: Program): [number, number] {
  const { arenaBytes, scratchBytes } = program;
  const [{ fields }] = decode(program.ops);
  const { patches, pad_row, window } = fields as Record<string, number>;
  const offset = patches ?? pad_row ?? window;
  if (offset === undefined) return [arenaBytes, arenaBytes];
  return [offset, offset + scratchBytes - GUARD_BYTES];
}

async function check(graph: Graph, tolerance = 3e-6): Promise<void> {
  const input = randomFloats(elementCount(graph.input.shape), 3);
  const expected = evaluate(graph, input);
  const scale = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
  for (const engine of engines) {
    const program = compile(simplify(graph), engine.geometry, { guardBytes: GUARD_BYTES });
    const session = await engine.load(program);
    try {
      await session.writeMemory(new Uint8Array(program.arenaBytes).fill(CANARY));
      const actual = (await runPort(session, input, program.outputs[0])) as Float32Array;
      const worst = expected.reduce((max, value, i) => Math.max(max, Math.abs(value - actual[i])), 0);
      expect(worst / scale, engine.isa).toBeLessThan(tolerance);

      const memory = await session.readMemory();
      const open = [extent(program.input), extent(program.outputs[0]), scratchExtent(program)];
      for (const [from, to] of open) memory.fill(CANARY, from, to);
      expect(
        memory.findIndex((byte) => byte !== CANARY),
        `${engine.isa} wrote outside its buffers`,
      ).toBe(-1);
    } finally {
      await session.close();
    }
  }
}

describe('pointwise', () => {
  const sizes = [
    ...[1, 3, 4, 5, 6, 7, 11, 12, 13].map((m) => [m, 19, 24]),
    ...[1, 2, 3, 4, 5, 8, 9].map((k) => [7, k, 16]),
    ...[1, 7, 8, 9, 15, 16, 17, 23, 24, 25, 40, 41, 48].map((n) => [5, 16, n]),
    ...[
      [196, 512, 512],
      [49, 1024, 1024],
      [3136, 24, 144],
      [3136, 144, 24],
      [1, 1280, 1001],
      [784, 32, 192],
    ],
  ];
  test.each(sizes)('m %i, k %i, n %i', (m, k, n) => check(pointwise(m, k, n), 1e-5));
});

describe('depthwise', () => {
  const channels = [1, 7, 8, 9, 16, 24, 33];
  test.each(channels)('3x3, %i channels', async (inputs) => {
    for (const stride of [1, 2] as const) {
      for (const [height, width] of [
        [1, 1],
        [1, 5],
        [2, 2],
        [3, 4],
        [5, 7],
        [8, 9],
      ]) {
        await check(convolution('depthwise_conv2d', { height, width, inputs, stride: [stride, stride] }));
      }
    }
  });
  test.each([
    { height: 112, width: 112, inputs: 32 },
    { height: 56, width: 56, inputs: 144, stride: [2, 2], padding: [0, 0, 1, 1] },
    { height: 14, width: 14, inputs: 512 },
    { height: 7, width: 7, inputs: 960 },
    { height: 9, width: 8, inputs: 8, kernel: [5, 5], padding: [2, 2, 2, 2] },
    { height: 9, width: 8, inputs: 16, kernel: [3, 5], stride: [1, 3], padding: [1, 2, 0, 0] },
    { height: 12, width: 11, inputs: 8, dilation: [2, 2], padding: [2, 2, 2, 2] },
    { height: 12, width: 11, inputs: 8, dilation: [3, 1], padding: [3, 0, 3, 2] },
    { height: 4, width: 4, inputs: 8, padding: [2, 2, 2, 2] },
    { height: 6, width: 6, inputs: 8, stride: [2, 1], padding: [0, 0, 0, 0] },
    { height: 3, width: 3, inputs: 8, kernel: [1, 1], padding: [1, 2, 0, 1] },
  ] as Shape[])('%o', (shape) => check(convolution('depthwise_conv2d', shape)));
});

describe('conv', () => {
  test.each([
    { height: 224, width: 224, inputs: 3, outputs: 32, stride: [2, 2], padding: [0, 0, 1, 1] },
    { height: 96, width: 96, inputs: 1, outputs: 8, stride: [2, 2], padding: [0, 0, 1, 1] },
    { height: 5, width: 5, inputs: 3, outputs: 5 },
    { height: 1, width: 1, inputs: 3, outputs: 8 },
    { height: 6, width: 7, inputs: 8, outputs: 17, kernel: [5, 3], stride: [2, 3], padding: [2, 1, 2, 0] },
    { height: 7, width: 7, inputs: 24, outputs: 10, kernel: [7, 7], padding: [0, 0, 0, 0] },
    { height: 9, width: 9, inputs: 4, outputs: 8, dilation: [2, 3], padding: [2, 3, 2, 3] },
    { height: 8, width: 8, inputs: 16, outputs: 16, kernel: [1, 1], stride: [2, 2], padding: [0, 0, 0, 0] },
    { height: 4, width: 4, inputs: 3, outputs: 8, padding: [2, 2, 2, 2] },
  ] as Shape[])('%o', (shape) => check(convolution('conv2d', shape), 1e-5));
});

describe.each(['average', 'max'] as const)('%s pool', (kind) => {
  test.each([
    { height: 7, width: 7, inputs: 1280, kernel: [7, 7], padding: [0, 0, 0, 0] },
    { height: 3, width: 3, inputs: 256, kernel: [3, 3], padding: [0, 0, 0, 0] },
    { height: 6, width: 5, inputs: 9, kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 1] },
    { height: 5, width: 5, inputs: 8 },
    { height: 1, width: 1, inputs: 3, kernel: [1, 1], padding: [0, 0, 0, 0] },
  ] as Shape[])('%o', (shape) => check(poolOf(kind, shape)));
});

describe('heads', () => {
  test.each([1, 2, 7, 8, 9, 1000, 1001])('softmax and sigmoid of %i', async (classes) => {
    const base = { name: 'head', inputs: [tensor('input', [1, classes])], output: tensor('output', [1, classes]) };
    await check(oneNode({ ...base, op: 'softmax', beta: 1 }), 1e-6);
    await check(oneNode({ ...base, op: 'softmax', beta: 3 }), 1e-6);
    await check(oneNode({ ...base, op: 'sigmoid' }), 1e-6);
  });
});
