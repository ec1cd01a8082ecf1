/** Dense layers over maps of vectors, as networks have them that put a Dense before Flatten: 1x1 convolutions. */

import { describe, expect, test } from 'vitest';
import { compile } from '../../lib/compile/compile';
import { elementCount } from '../../lib/graph/graph';
import { readModelFile } from '../../lib/node/read_model_file';
import type { Graph } from '../../lib/ops';
import { simplify } from '../../lib/passes/simplify';
import { readGraph } from '../fixtures/read_tflite';
import { CONV, constant, ints } from '../fixtures/small_tflite';
import type { TestTensor } from '../fixtures/tflite_builder';
import { TfliteChain } from '../fixtures/tflite_chain';
import { evaluate } from '../reference/evaluate';
import { evaluateQuantized } from '../reference/evaluate_quantized';
import { enginesUnderTest } from '../support/engines';
import { randomFloats } from '../support/random';
import { runPort } from '../support/run_port';

const engines = await enginesUnderTest();
const FULLY_CONNECTED = 8;
const KEEP_NUM_DIMS: [number, ...[number, 'int8', number][]] = [FULLY_CONNECTED, [2, 'int8', 1]];

/** The answers of every engine, beside those of plain loops over the Graph as the file has it. */
async function answers(graph: Graph, levels: Float32Array | Int8Array) {
  const precision = levels instanceof Float32Array ? 'float32' : 'int8';
  const judge =
    precision === 'float32' ? evaluate(graph, levels) : evaluateQuantized(graph, levels).get(graph.outputs[0])!;
  const given: [string, number[]][] = [];
  for (const engine of engines) {
    const program = compile(simplify(graph, precision), engine.geometry);
    const session = await engine.load(program);
    const values = await runPort(session, levels, program.outputs[0]);
    given.push([engine.isa, Array.from(values)]);
    await session.close();
  }
  return { judge: Array.from(judge), given };
}

async function expectFloats(chain: TfliteChain): Promise<Graph> {
  const graph = await readGraph(chain.model());
  const { judge, given } = await answers(graph, randomFloats(elementCount(graph.input.shape), 3));
  for (const [isa, values] of given) {
    expect(values, isa).toHaveLength(judge.length);
    for (const [i, value] of values.entries()) expect(Math.abs(value - judge[i]), `${isa} ${i}`).toBeLessThan(1e-5);
  }
  return graph;
}

const PICTURE: TestTensor = { shape: [1, 3, 4, 6] };
const weights = (outputs: number, inputs: number): TestTensor[] => [constant([outputs, inputs]), constant([outputs])];

describe('float32', () => {
  test('pixels laid into rows, a dense layer, and back to a picture before it is flattened', async () => {
    await expectFloats(
      new TfliteChain(PICTURE)
        .push('RESHAPE', { shape: [12, 6] }, [ints(-1, 6)])
        .push('FULLY_CONNECTED', { shape: [12, 5] }, weights(5, 6), [FULLY_CONNECTED, [0, 'int8', 1]])
        .push('RESHAPE', { shape: [1, 3, 4, 5] }, [ints(1, 3, 4, 5)])
        .push('RESHAPE', { shape: [1, 60] }, [ints(1, 60)])
        .push('FULLY_CONNECTED', { shape: [1, 7] }, weights(7, 60), [FULLY_CONNECTED])
        .push('SOFTMAX', { shape: [1, 7] }, [], [9, [0, 'float32', 1]]),
    );
  });

  test('a dense layer that keeps the extents before the last', async () => {
    const graph = await expectFloats(
      new TfliteChain(PICTURE)
        .push('FULLY_CONNECTED', { shape: [1, 3, 4, 5] }, weights(5, 6), KEEP_NUM_DIMS)
        .push('FULLY_CONNECTED', { shape: [1, 3, 4, 9] }, weights(9, 5), KEEP_NUM_DIMS)
        .push('RESHAPE', { shape: [1, 108] }, [ints(1, 108)])
        .push('FULLY_CONNECTED', { shape: [1, 3] }, weights(3, 108), [FULLY_CONNECTED]),
    );
    expect(simplify(graph).nodes.map(({ op, output }) => [op, output.shape])).toEqual([
      ['conv2d', [1, 3, 4, 5]],
      ['conv2d', [1, 3, 4, 9]],
      ['conv2d', [1, 3]],
    ]);
  });

  test('one vector per pixel as the answer, and its softmax', async () => {
    const rows = () =>
      new TfliteChain(PICTURE).push('FULLY_CONNECTED', { shape: [12, 5] }, weights(5, 6), [FULLY_CONNECTED]);
    expect((await expectFloats(rows())).outputs[0].shape).toEqual([12, 5]);
    await expectFloats(rows().push('SOFTMAX', { shape: [12, 5] }, [], [9, [0, 'float32', 1]]));
    await expectFloats(
      rows()
        .push('LOGISTIC', { shape: [12, 5] })
        .push('RESHAPE', { shape: [1, 12, 5] }, [ints(1, 12, 5)]),
    );
  });

  test.each([
    ['a row', 3, 24],
    ['half a row', 6, 12],
    ['the picture', 1, 72],
  ])('a vector of %s', async (_name, count, inputs) => {
    await expectFloats(
      new TfliteChain(PICTURE).push('FULLY_CONNECTED', { shape: [count, 5] }, weights(5, inputs), [FULLY_CONNECTED]),
    );
  });

  test('a window over the rows as they were is right, over other rows it is refused', async () => {
    const rows = (height: number, width: number) =>
      new TfliteChain(PICTURE)
        .push('RESHAPE', { shape: [12, 6] }, [ints(12, 6)])
        .push('FULLY_CONNECTED', { shape: [12, 5] }, weights(5, 6), [FULLY_CONNECTED])
        .push('RESHAPE', { shape: [1, height, width, 5] }, [ints(1, height, width, 5)])
        .push(
          'CONV_2D',
          { shape: [1, height, width, 2] },
          [constant([2, 3, 3, 5]), constant([2])],
          [CONV, [1, 'int32', 1], [2, 'int32', 1]],
        );
    await expectFloats(rows(3, 4));
    const { graph } = await readModelFile(rows(4, 3).bytes());
    expect(() => simplify(graph)).toThrow(expect.objectContaining({ code: 'OPERATOR_UNSUPPORTED' }));
  });

  test('a filter that does not fit the vectors is invalid', async () => {
    const chain = new TfliteChain(PICTURE).push('FULLY_CONNECTED', { shape: [12, 5] }, weights(5, 7), [
      FULLY_CONNECTED,
    ]);
    await expect(readModelFile(chain.bytes())).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});

test('int8: the bytes of plain loops', async () => {
  const int8 = (shape: number[], scale: number, zero: number): TestTensor => ({
    shape,
    type: 'INT8',
    quantization: { scale: [scale], zeroPoint: [zero] },
  });
  const layer = (outputs: number, inputs: number, inputScale: number): TestTensor[] => {
    const data = Int8Array.from(randomFloats(outputs * inputs, outputs), (x) => Math.round(x * 127));
    const scale = Array.from({ length: outputs }, (_, o) => 0.004 + 0.001 * o);
    return [
      { shape: [outputs, inputs], type: 'INT8', data, quantization: { scale, zeroPoint: scale.map(() => 0), axis: 0 } },
      {
        shape: [outputs],
        type: 'INT32',
        data: Int32Array.from(randomFloats(outputs, 9), (x) => Math.round(x * 900)),
        quantization: { scale: scale.map((s) => s * inputScale), zeroPoint: scale.map(() => 0) },
      },
    ];
  };
  const chain = new TfliteChain(int8([1, 5, 7, 19], 0.03, 11))
    .push('RESHAPE', int8([35, 19], 0.03, 11), [ints(35, 19)])
    .push('FULLY_CONNECTED', int8([35, 10], 0.05, -128), layer(10, 19, 0.03), [FULLY_CONNECTED, [0, 'int8', 1]])
    .push('RESHAPE', int8([1, 5, 7, 10], 0.05, -128), [ints(1, 5, 7, 10)])
    .push('RESHAPE', int8([1, 350], 0.05, -128), [ints(1, 350)])
    .push('FULLY_CONNECTED', int8([1, 6], 0.2, 3), layer(6, 350, 0.05), [FULLY_CONNECTED]);
  const graph = await readGraph(chain.model());
  const levels = Int8Array.from(randomFloats(5 * 7 * 19, 4), (x) => Math.round(x * 127));
  const { judge, given } = await answers(graph, levels);
  expect(new Set(judge).size).toBeGreaterThan(3);
  for (const [isa, values] of given) expect(values, isa).toEqual(judge);
});
