/** Cases that once gave wrong or untyped answers. */

import { describe, expect, test } from 'vitest';
import { compile } from '../../lib/compile/compile';
import { elementCount, LINEAR, NO_PADDING, type Tensor } from '../../lib/graph/graph';
import { load, mobilenetV1 } from '../../lib/index';
import type { Graph, Node } from '../../lib/ops';
import { simplify } from '../../lib/passes/simplify';
import { evaluateQuantized } from '../reference/evaluate_quantized';
import { enginesUnderTest } from '../support/engines';
import { randomFloats } from '../support/random';
import { runPort } from '../support/run_port';

const engines = await enginesUnderTest();

function tensor(name: string, shape: number[], scale?: number, zeroPoint = 0): Tensor {
  if (scale === undefined) return { name, shape, type: 'float32' };
  return { name, shape, type: 'int8', quantization: { scale: [scale], zeroPoint: [zeroPoint], axis: 0 } };
}

function chain(...nodes: Node[]): Graph {
  return { input: nodes[0].inputs[0], outputs: [nodes[nodes.length - 1].output], nodes };
}

async function expectIntegers(graph: Graph, input: Int8Array): Promise<void> {
  const expected = Array.from(evaluateQuantized(graph, input).get(graph.outputs[0])!);
  for (const engine of engines) {
    const program = compile(simplify(graph, 'int8'), engine.geometry);
    const session = await engine.load(program);
    const values = await runPort(session, input, program.outputs[0]);
    expect(Array.from(values), engine.isa).toEqual(expected);
    await session.close();
  }
}

const code = (expected: string) => expect.objectContaining({ name: 'MobileNetEdgeError', code: expected });

describe('graphs', () => {
  test('a reshape that moves pixels between rows is refused before a window reads it', () => {
    const [a, b, c] = [tensor('a', [1, 2, 8, 4]), tensor('b', [1, 8, 2, 4]), tensor('c', [1, 8, 2, 4])];
    const filter: Tensor = { ...tensor('filter', [1, 3, 3, 4]), data: randomFloats(36, 1) };
    const padding = { top: 1, left: 1, bottom: 1, right: 1 };
    const graph = chain(
      { op: 'reshape', name: 'reshape', inputs: [a], output: b },
      {
        op: 'depthwise_conv2d',
        name: 'depthwise',
        inputs: [b],
        filter,
        window: { kernel: [3, 3], stride: [1, 1], dilation: [1, 1], padding },
        clamp: LINEAR,
        output: c,
      },
    );
    expect(() => simplify(graph)).toThrow(code('OPERATOR_UNSUPPORTED'));
  });

  test('the maximum over a whole quantized picture is no mean', async () => {
    const input = tensor('input', [1, 3, 4, 5], 0.5, 3);
    const output = { ...tensor('output', [1, 5]), type: 'int8' as const, quantization: input.quantization };
    const window = { kernel: [3, 4], stride: [1, 1], dilation: [1, 1], padding: NO_PADDING } as const;
    const pool = {
      op: 'pool',
      kind: 'max',
      source: 'mean',
      name: 'max',
      inputs: [input],
      window,
      clamp: LINEAR,
      output,
    };
    const levels = Int8Array.from(randomFloats(60, 5), (x) => Math.round(x * 120));
    await expectIntegers(chain(pool as Node), levels);
  });

  test('a depthwise multiplier on many channels is refused, not expanded to gigabytes', () => {
    const filter: Tensor = { ...tensor('filter', [1, 3, 3, 12000]), data: new Float32Array(108000) };
    const graph = chain({
      op: 'depthwise_conv2d',
      name: 'depthwise',
      inputs: [tensor('input', [1, 3, 3, 6000])],
      filter,
      window: { kernel: [3, 3], stride: [1, 1], dilation: [1, 1], padding: NO_PADDING },
      clamp: LINEAR,
      output: tensor('output', [1, 1, 1, 12000]),
    });
    expect(() => simplify(graph)).toThrow(code('OPERATOR_UNSUPPORTED'));
  });

  test.each([
    ['refused', 1, 1, 4000],
    ['refused', 1e-7, 1, 1e4],
    ['refused', 3e6, 1, 1e-3],
    ['exact', 1, 1, 2000],
    ['exact', 0.02, 0.5, 0.03],
    ['exact', 5, 0.001, 0.02],
    ['exact', 0.001, 0.002, 1],
  ] as const)('quantized add is %s: of scales %d and %d into %d', async (outcome, a, b, c) => {
    const inputs = [tensor('a', [1, 1, 1, 16], Math.fround(a), -5), tensor('b', [1, 1, 1, 16], Math.fround(b), 7)];
    const renamed: Node = { op: 'requantize', name: 'requantize', inputs: [inputs[0]], output: inputs[1] };
    const add: Node = {
      op: 'add',
      name: 'add',
      inputs,
      clamp: LINEAR,
      output: tensor('c', [1, 1, 1, 16], Math.fround(c)),
    };
    const graph = chain(renamed, add);
    const levels = Int8Array.from({ length: 16 }, (_, i) => i * 17 - 128);
    if (outcome === 'exact') {
      await expectIntegers(graph, levels);
      return;
    }
    for (const { geometry } of engines)
      expect(() => compile(simplify(graph, 'int8'), geometry)).toThrow(code('OPERATOR_UNSUPPORTED'));
  });

  test('in float32 a narrower quantization still saturates', () => {
    const [wide, narrow] = [tensor('wide', [1, 4], 1), tensor('narrow', [1, 4], 0.25)];
    const graph = simplify(chain({ op: 'requantize', name: 'narrow', inputs: [wide], output: narrow }));
    expect(graph.nodes.map((node) => 'clamp' in node && node.clamp)).toEqual([{ min: -32, max: 31.75 }]);
  });

  test('windows beyond what kernels are made for are refused, alike for every engine', () => {
    const input = tensor('input', [1, 1, 1, 8]);
    const filter: Tensor = { ...tensor('filter', [1, 3, 3, 8]), data: new Float32Array(72) };
    const padding = { top: 60000, left: 60000, bottom: 60000, right: 60000 };
    const graph = chain({
      op: 'depthwise_conv2d',
      name: 'depthwise',
      inputs: [input],
      filter,
      window: { kernel: [3, 3], stride: [1, 1], dilation: [60000, 60000], padding },
      clamp: LINEAR,
      output: tensor('output', [1, 1, 1, 8]),
    });
    for (const { geometry } of engines)
      expect(() => compile(simplify(graph), geometry)).toThrow(code('MODEL_UNSUPPORTED'));
  });
});

describe('the public API', () => {
  const small = mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3 });
  const image = { data: new Uint8Array(32 * 32 * 3), width: 32, height: 32, channels: 3 } as const;

  test('arguments of the wrong kind are typed errors', async () => {
    const bad = { code: 'INVALID_ARGUMENT' };
    for (const options of [null, 'x', 5, { onProgress: 5 }, { signal: 5 }, { signal: {} }]) {
      await expect(load(small, options as never), JSON.stringify(options)).rejects.toMatchObject(bad);
    }
    await expect(load({ ...small, outputs: undefined } as never)).rejects.toMatchObject(bad);
    const model = await load(small);
    for (const options of [null, 'x', { signal: {} }]) {
      await expect(model.classify(image, options as never)).rejects.toMatchObject(bad);
      await expect(model.embed(image, options as never)).rejects.toMatchObject(bad);
      await expect(model.predict(new Float32Array(3072), options as never)).rejects.toMatchObject(bad);
    }
    model.close();
    await expect(model.classify([])).rejects.toMatchObject({ code: 'MODEL_CLOSED' });
    expect(() => mobilenetV1(null as never)).toThrow(code('INVALID_ARGUMENT'));
    expect(() => mobilenetV1({ weights: 5 as never })).toThrow(code('INVALID_ARGUMENT'));
    expect(() =>
      mobilenetV1({ weights: (_, shape) => new Float32Array(elementCount(shape)).fill(Number.NaN) }),
    ).toThrow(code('INVALID_ARGUMENT'));
  });

  test('buffers that were transferred away are typed errors', async () => {
    const model = await load(small);
    for (const make of [() => new ArrayBuffer(100), () => new Uint8Array(100)]) {
      const source = make();
      structuredClone(source, { transfer: [source instanceof ArrayBuffer ? source : source.buffer] });
      await expect(load(source)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
      await expect(model.classify(source)).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
    }
    model.close();
  });

  test('what onProgress throws comes through', async () => {
    const onProgress = (): never => {
      throw new TypeError('mine');
    };
    await expect(load(small, { onProgress })).rejects.toThrow('mine');
  });

  test('an unknown MOBILENET_EDGE_ISA is an error, and a known one chooses its engine', async () => {
    const before = process.env.MOBILENET_EDGE_ISA;
    try {
      process.env.MOBILENET_EDGE_ISA = 'AVX2';
      await expect(load(small)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      await expect(load(small, { backend: 'wasm' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      process.env.MOBILENET_EDGE_ISA = 'simd128';
      const model = await load(small);
      expect(model.info).toMatchObject({ backend: 'wasm', isa: 'simd128' });
      model.close();
    } finally {
      if (before === undefined) delete process.env.MOBILENET_EDGE_ISA;
      else process.env.MOBILENET_EDGE_ISA = before;
    }
  });

  test('info cannot be changed', async () => {
    const model = await load(small);
    expect(Object.isFrozen(model.info.preprocess)).toBe(true);
    expect(Object.isFrozen(model.info.inputShape)).toBe(true);
    model.close();
  });

  test('a result that is not finite is no answer', async () => {
    const weights = (_: string, shape: readonly number[]) => new Float32Array(elementCount(shape)).fill(3e38);
    const model = await load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3, weights }));
    await expect(model.classify(image)).rejects.toMatchObject({ code: 'TENSOR_INVALID' });
    model.close();
  });

  test('a large batch with one signal is no suspected leak', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const model = await load(small);
    await model.classify(Array(50).fill(image), { signal: new AbortController().signal });
    await new Promise(setImmediate);
    process.off('warning', note);
    expect(warnings).toEqual([]);
    model.close();
  });
});
