/** precision: 'float16': which engines have it, what becomes of a network, and answers where the CPU has halves. */

import { describe, expect, test } from 'vitest';
import { mobilenetV2 } from '../../lib/architectures/mobilenet_v2';
import { halfToFloat } from '../../lib/base/half_float';
import { compile } from '../../lib/compile/compile';
import { elementCount } from '../../lib/graph/graph';
import { load } from '../../lib/node/load';
import type { Graph } from '../../lib/ops';
import { simplify } from '../../lib/passes/simplify';
import { decode, withParts } from '../../lib/program/decode';
import type { Geometry } from '../../lib/program/program';
import { evaluate } from '../reference/evaluate';
import { enginesUnderTest } from '../support/engines';
import { randomFloats } from '../support/random';
import { randomGraph } from '../support/random_graph';
import { runPort } from '../support/run_port';

const engines = await enginesUnderTest();
const able = engines.filter(({ geometry }) => geometry.f16);
const unable = engines.filter(({ geometry }) => !geometry.f16);
const panels = { panel: 16, lastPanel: 16, channelGroup: 8, fuseFromHeight: 14 };
const geometry: Geometry = { ...panels, f16: panels };
const small = (): Graph => mobilenetV2({ alpha: 0.35, inputSize: 96, classes: 10 });

const expectHalves = process.env.MOBILENET_EDGE_EXPECTED_HALVES;
test.skipIf(expectHalves === undefined)('the CPU has halves, or has none, on all NEON', () => {
  const neon = engines.filter(({ isa }) => isa.startsWith('neon'));
  expect(able).toEqual(expectHalves === '1' ? neon : []);
});

describe.each(unable)('on $isa', ({ isa }) => {
  test('it is refused with what to do instead', async () => {
    await expect(load(small(), { isa, precision: 'float16' })).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringMatching(new RegExp(`FEAT_FP16.* has only ${isa} here: use precision 'float32'`)),
    });
  });

  test('no precision but float16 itself chooses it', async () => {
    const model = await load(small(), { isa });
    expect(model.info.precision).toBe('float32');
    model.close();
  });
});

describe('the program', () => {
  const opsOf = (graph: Graph): string[] =>
    Array.from(withParts(decode(compile(simplify(graph, 'float16'), geometry).ops)), ({ name }) => name);

  test('computes in halves all but the softmax', () => {
    const ops = opsOf(small());
    expect(ops[0]).toBe('f16_from_f32');
    expect(ops.slice(-4)).toEqual(['f16_pool', 'f16_pointwise', 'f16_to_f32', 'softmax']);
    const between = new Set(ops.slice(1, -2));
    expect(between).toEqual(new Set(['inverted_residual', 'f16_conv', 'f16_depthwise', 'f16_pointwise', 'f16_pool']));
  });

  test('takes half the memory', () => {
    const wide = compile(simplify(small()), geometry);
    const half = compile(simplify(small(), 'float16'), geometry);
    expect(half.weights.length / wide.weights.length).toBeCloseTo(0.5, 2);
    expect([wide.input.type, half.input.type, half.outputs[0].type, half.embedding!.type]).toEqual([
      'float32',
      'float32',
      'float32',
      'float16',
    ]);
  });

  test('has the weights rounded to halves, laid out as in float32', () => {
    const wide = compile(simplify(small()), geometry);
    const half = compile(simplify(small(), 'float16'), geometry);
    // The stem comes first.
    const floats = new Float32Array(wide.weights.slice(0, 4 * 28 * 16).buffer);
    const halves = Array.from(new Uint16Array(half.weights.slice(0, 2 * 28 * 16).buffer), halfToFloat);
    expect(floats.some((value) => value !== 0)).toBe(true);
    for (const [i, value] of floats.entries()) {
      expect(Math.abs(halves[i] - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11 + 2 ** -25);
    }
  });

  test.each([65520, -1e6, Number.NaN])('refuses a weight of %d and names its tensor', (weight) => {
    const graph = small();
    const { filter } = graph.nodes.find((node) => node.op === 'conv2d')!;
    (filter.data as Float32Array)[5] = weight;
    const message = expect.stringContaining(`${filter.name} has ${weight}: use precision 'float32'`);
    expect(() => simplify(graph, 'float16')).toThrow(expect.objectContaining({ code: 'MODEL_UNSUPPORTED', message }));
  });
});

describe.skipIf(able.length === 0).each(able)('on $isa with halves', ({ isa }) => {
  const engine = able.find((one) => one.isa === isa)!;

  test('random networks answer near the plain loops, and the same bits fused or not, on 1 to 3 threads', async () => {
    for (let seed = 3000; seed < 3000 + 10; seed++) {
      const graph = randomGraph(seed);
      const input = randomFloats(elementCount(graph.input.shape), seed);
      const expected = evaluate(graph, input);
      const scale = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
      const outputs: number[][] = [];
      for (const [fusion, threads] of [
        ['always', 3],
        ['auto', 2],
        ['never', 1],
      ] as const) {
        const program = compile(simplify(graph, 'float16'), engine.geometry, { fusion, threads });
        const session = await engine.load(program, threads);
        const values = await runPort(session, input, program.outputs[0]);
        outputs.push(Array.from(values, values instanceof Uint16Array ? halfToFloat : Number));
        await session.close();
      }
      const [fused, ...others] = outputs;
      for (const other of others) expect(other, `seed ${seed}`).toEqual(fused);
      const worst = expected.reduce((max, value, i) => Math.max(max, Math.abs(value - fused[i])), 0);
      expect(worst / scale, `seed ${seed}`).toBeLessThan(2e-2);
    }
  });

  test('the embedding and predict give float32', async () => {
    const [wide, half] = await Promise.all(
      (['float32', 'float16'] as const).map((precision) => load(small(), { isa, precision })),
    );
    expect(half.info).toMatchObject({ precision: 'float16', isa, architecture: 'mobilenet_v2', inputType: 'float32' });
    const picture = {
      data: Uint8Array.from({ length: 96 * 96 * 3 }, (_, i) => (i * 7919) % 256),
      width: 96,
      height: 96,
      channels: 3 as const,
    };
    const [expected, actual] = await Promise.all([wide.embed(picture), half.embed(picture)]);
    const scale = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    expect(actual).toBeInstanceOf(Float32Array);
    expect(expected.reduce((max, value, i) => Math.max(max, Math.abs(value - actual[i])), 0)).toBeLessThan(
      5e-2 * scale,
    );
    expect((await half.classify(picture)).length).toBe(5);
    wide.close();
    half.close();
  });
});
