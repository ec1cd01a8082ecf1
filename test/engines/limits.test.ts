/** What a tiny file may cost: every case is answered for little memory, or refused with a limit's name, alike on every engine. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Model } from '../../lib';
import { Budget, type Limits } from '../../lib/base/budget';
import { compile } from '../../lib/compile/compile';
import { WASM_GEOMETRY } from '../../lib/engines/wasm_geometry';
import { elementCount } from '../../lib/graph/graph';
import { load } from '../../lib/node/load';
import { readModelFile } from '../../lib/node/read_model_file';
import type { Graph } from '../../lib/ops';
import { simplify } from '../../lib/passes/simplify';
import { constant, oneOperator } from '../fixtures/small_tflite';
import { buildTflite, type TestModel, type TestTensor } from '../fixtures/tflite_builder';
import { TfliteChain } from '../fixtures/tflite_chain';
import { addon } from '../support/native_addon';

const BACKENDS = addon ? (['native', 'wasm'] as const) : (['wasm'] as const);
const MEGABYTE = 2 ** 20;

const open: Model[] = [];
afterEach(() => {
  for (const model of open.splice(0)) model.close();
});

async function loaded(...args: Parameters<typeof load>): Promise<Model> {
  const model = await load(...args);
  open.push(model);
  return model;
}

const beyond = (limit: keyof Limits) => ({
  code: 'MODEL_UNSUPPORTED',
  message: expect.stringContaining(`limits.${limit}`),
});

/** RELUs one after the other, over a vector. */
function relus(count: number, channels: number): Uint8Array {
  const chain = new TfliteChain({ shape: [1, 1, 1, channels] });
  for (let i = 0; i < count; i++) chain.push('RELU', { shape: [1, 1, 1, channels] });
  return chain.bytes();
}

/** 1x1 convolutions that share one filter. */
function sharedFilter(count: number, channels: number, filter: Partial<TestTensor>): TestModel {
  const shape = [1, 1, 1, channels];
  return {
    tensors: [
      { shape, name: 'in' },
      { name: 'filter', shape: [channels, 1, 1, channels], ...filter },
      ...Array.from({ length: count }, () => ({ shape, name: 'out' })),
    ],
    operators: Array.from({ length: count }, (_, i) => ({
      ...{ kind: 'CONV_2D', inputs: [i === 0 ? 0 : i + 1, 1], outputs: [i + 2] },
      options: [1, [1, 'int32', 1], [2, 'int32', 1]] as [number, ...[number, 'int32', number][]],
    })),
    outputs: [count + 1],
  };
}

describe.each(BACKENDS)('%s', (backend) => {
  test('stand-alone layers share their constants, which are packed once', async () => {
    const channels = 65536;
    const model = await loaded(relus(64, channels), { backend });
    expect(model.info.weightBytes).toBeLessThan(2 * 4 * channels + 4096);
  });

  test.each([
    ['float32', { data: new Float32Array(256 * 256).fill(1 / 256) }],
    [
      'int8 in a float32 network',
      { type: 'INT8', data: new Int8Array(256 * 256).fill(1), quantization: { scale: [1 / 256], zeroPoint: [0] } },
    ],
    ['float16', { type: 'FLOAT16', data: new Uint16Array(256 * 256).fill(0x1c00) }],
  ] as [string, Partial<TestTensor>][])(
    'a filter of %s that 500 layers share is converted and packed once',
    async (_, filter) => {
      const bytes = buildTflite(sharedFilter(500, 256, filter));
      const model = await loaded(bytes, { backend });
      expect(model.info.weightBytes).toBeLessThan(2 * 4 * 256 * 257);
      const { data } = await model.predict(new Float32Array(256).fill(1));
      // Every layer makes the mean of all.
      expect(data[0]).toBe(1);
    },
  );

  test('integer weights that would be packed for each of 5000 layers are refused before they are', async () => {
    const quantization = { scale: [1 / 128], zeroPoint: [0] };
    const model = sharedFilter(5000, 256, { type: 'INT8', data: new Int8Array(256 * 256), quantization });
    const tensors = model.tensors.map((tensor, i) =>
      i === 1 ? tensor : { ...tensor, type: 'INT8' as const, quantization },
    );
    await expect(load(buildTflite({ ...model, tensors }), { backend })).rejects.toMatchObject(beyond('bytes'));
  });

  test('a million classes are answered, the best first', async () => {
    const classes = 2 ** 20;
    const shape = [1, 1, 1, 1];
    const filter = constant(
      [classes, 1, 1, 1],
      Float32Array.from({ length: classes }, (_, i) => (i * 7919) % classes),
    );
    const bytes = buildTflite(
      oneOperator('CONV_2D', shape, [1, 1, 1, classes], [filter], [1, [1, 'int32', 1], [2, 'int32', 1]]),
    );
    const model = await loaded(bytes, { backend, preprocess: { range: '0..1' } });
    const picture = { data: new Uint8Array([255]), width: 1, height: 1, channels: 1 } as const;
    const best = await model.classify(picture, { topK: 3 });
    const expected = [1, 2, 3].map((n) => (filter.data as Float32Array).indexOf(classes - n));
    expect(best.map(({ index }) => index)).toEqual(expected);
  });

  test.each([
    ['an output of 2^25 values', () => relus(1, 2 ** 25)],
    ['an output of 2^23 values and constants as long', () => relus(1, 2 ** 23)],
    [
      'one number times 2^23',
      () =>
        buildTflite(
          oneOperator('MUL', [1, 1, 1, 2 ** 23], [1, 1, 1, 2 ** 23], [constant([1], Float32Array.of(2))], [21]),
        ),
    ],
  ])('%s is refused', async (_, file) => {
    await expect(load(file(), { backend })).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED' });
  });

  test('an inference of hours is refused', async () => {
    const shape = [1, 2048, 2048, 1];
    const fields = [1, 2].map((field) => [field, 'int32', 1] as [number, 'int32', number]);
    const kernel = [3, 4].map((field) => [field, 'int32', 1024] as [number, 'int32', number]);
    const bytes = buildTflite(oneOperator('AVERAGE_POOL_2D', shape, shape, [], [5, ...fields, ...kernel]));
    await expect(load(bytes, { backend })).rejects.toMatchObject(beyond('macs'));
  });

  test('more than 2^24 pixels are refused alike on every engine, whatever the limit', async () => {
    const limits = { pixels: 2 ** 40, bytes: 2 ** 40, macs: 2 ** 40 };
    const shape = [1, 4096, 4097, 1];
    const bytes = buildTflite(oneOperator('RELU', shape, shape));
    await expect(load(bytes, { backend })).rejects.toMatchObject(beyond('pixels'));
    await expect(load(bytes, { backend, limits })).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringContaining('at most 16777216 pixels'),
    });
  });

  test('limits refuse what they name, and allow what is within', async () => {
    const bytes = relus(10, 8);
    const within = { bytes: 2 ** 16, operators: 10, macs: 10_000, pixels: 1 };
    await loaded(bytes, { backend, limits: within });
    const { macs, operators } = { macs: 7, operators: 9 };
    for (const [key, limit] of Object.entries({ bytes: 100, operators, macs })) {
      const limits = { ...within, [key]: limit };
      await expect(load(bytes, { backend, limits }), key).rejects.toMatchObject(beyond(key as keyof Limits));
    }
    const wide = buildTflite(oneOperator('RELU', [1, 2, 1, 8], [1, 2, 1, 8]));
    await expect(load(wide, { backend, limits: within })).rejects.toMatchObject(beyond('pixels'));
  });
});

test('limits of the wrong kind are refused with the name that was meant', async () => {
  for (const limits of [null, 5, [], { bytes: 0 }, { bytes: -1 }, { macs: 1.5 }, { pixels: '5' }, { operators: NaN }]) {
    await expect(load(relus(1, 8), { limits: limits as never })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  }
  await expect(load(relus(1, 8), { limits: { byte: 5 } as never })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(/did you mean 'bytes'/),
  });
});

describe('Keras models', () => {
  const read = (modelTopology: object, weightSpecs: object[] = [], weightData = new ArrayBuffer(0), budget?: Budget) =>
    readModelFile({ modelTopology, weightSpecs, weightData }, { budget });
  const input = (name: string, channels = 8) => ({
    ...{ class_name: 'InputLayer', name, inbound_nodes: [] },
    config: { name, batch_input_shape: [null, 1, 1, channels] },
  });

  test('a sum of 1000 operands in a model that is called 100 times is refused before it is written out', async () => {
    const sum = { class_name: 'Add', name: 'a', config: { name: 'a' } };
    const operands = Array.from({ length: 1000 }, () => ['x', 0, 0, {}]);
    const inner = { layers: [input('x'), { ...sum, inbound_nodes: [operands] }] };
    const config = { name: 'm', ...inner, input_layers: [['x', 0, 0]], output_layers: [['a', 0, 0]] };
    const calls = Array.from({ length: 100 }, (_, i) => [[i === 0 ? 'i' : 'm', i, 0, {}]]);
    const layers = [input('i'), { class_name: 'Functional', name: 'm', config, inbound_nodes: calls }];
    const root = { name: 'r', layers, input_layers: [['i', 0, 0]], output_layers: [['m', 100, 0]] };
    const budget = new Budget();
    const reading = read({ class_name: 'Functional', config: root }, [], undefined, budget);
    await expect(reading).rejects.toMatchObject(beyond('operators'));
    expect(budget.work).toBeLessThan(2 ** 25);
  });

  test('a dense layer that is called 100 times has one kernel', async () => {
    const dense = { class_name: 'Dense', name: 'd', config: { name: 'd', units: 64, use_bias: false } };
    const calls = Array.from({ length: 100 }, (_, k) => [[k === 0 ? 'i' : 'd', Math.max(0, k - 1), 0, {}]]);
    const layers = [input('i', 64), { ...dense, inbound_nodes: calls }];
    const config = { name: 'r', layers, input_layers: [['i', 0, 0]], output_layers: [['d', 99, 0]] };
    const specs = [{ name: 'd/kernel', shape: [64, 64], dtype: 'float32' }];
    const { graph } = await read({ class_name: 'Functional', config }, specs, new ArrayBuffer(64 * 64 * 4));
    const filters = new Set(graph.nodes.map((node) => 'filter' in node && node.filter.data));
    expect(graph.nodes).toHaveLength(100);
    expect(filters.size).toBe(1);
  });

  test('a nested model with weights may be called twice', async () => {
    const dense = { class_name: 'Dense', name: 'd', config: { name: 'd', units: 8, use_bias: false } };
    const inner = { layers: [input('x'), { ...dense, inbound_nodes: [[['x', 0, 0, {}]]] }] };
    const config = { name: 'm', ...inner, input_layers: [['x', 0, 0]], output_layers: [['d', 0, 0]] };
    const nested = {
      class_name: 'Functional',
      name: 'm',
      config,
      inbound_nodes: [[['i', 0, 0, {}]], [['m', 1, 0, {}]]],
    };
    const root = { name: 'r', layers: [input('i'), nested], input_layers: [['i', 0, 0]], output_layers: [['m', 2, 0]] };
    const weights = Float32Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? 3 : 0));
    const specs = [{ name: 'm/d/kernel', shape: [8, 8], dtype: 'float32' }];
    const model = await loaded({
      ...{ modelTopology: { class_name: 'Functional', config: root }, weightSpecs: specs, weightData: weights.buffer },
    });
    const { data } = await model.predict(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    expect([...data]).toEqual([9, 18, 27, 36, 45, 54, 63, 72]);
  });

  test('names of a megabyte cost no more than themselves', async () => {
    const long = 'a/'.repeat(60_000);
    const budget = new Budget();
    const specs = [{ name: `${long}kernel`, shape: [1], dtype: 'float32' }];
    const topology = { class_name: 'Sequential', config: { name: 'r', layers: [input('i')] } };
    const reading = read(topology, specs, new ArrayBuffer(4), budget);
    await expect(reading).rejects.toMatchObject({ code: 'MODEL_INVALID', message: expect.stringMatching(/slashes/) });

    const name = 'x'.repeat(2 ** 20);
    const layers = [input('i'), ...Array.from({ length: 50 }, () => ({ class_name: 'ReLU', config: { name } }))];
    const { graph } = await read({ class_name: 'Sequential', config: { name: 'r', layers } }, [], undefined, budget);
    expect(graph.nodes).toHaveLength(50);
    expect(budget.work).toBeLessThan(2 ** 20);
  });
});

describe('load() in turns', () => {
  /** How often others could run while `work` did. */
  async function turnsDuring(work: Promise<unknown>): Promise<number> {
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await work.finally(() => {
      isDone = true;
    });
    return turns;
  }

  test('readers, passes and the compiler let others run', async () => {
    const bytes = relus(8000, 8);
    const [few, many] = [await turnsDuring(readModelFile(relus(10, 8))), await turnsDuring(readModelFile(bytes))];
    expect(many).toBeGreaterThan(few + 2);
    const whole = await turnsDuring(loaded(bytes, { backend: 'wasm', threads: 1 }));
    expect(whole).toBeGreaterThan(many + 10);
  });

  test('a signal that fires meanwhile is heard before the model is loaded', async () => {
    const bytes = relus(8000, 8);
    for (const turns of [1, 4, 16]) {
      const controller = new AbortController();
      let left = turns;
      const wait = (): void => {
        if (left-- > 0) setImmediate(wait);
        else controller.abort();
      };
      wait();
      await expect(load(bytes, { signal: controller.signal })).rejects.toMatchObject({ code: 'ABORTED' });
    }
  });
});

test('what is counted is at least what the weights and activations take', async () => {
  const { graph } = await readModelFile(relus(20, 4096));
  const copy: Graph = { ...graph };
  const budget = new Budget();
  const simple = simplify(copy, 'float32', budget);
  const program = compile(simple, WASM_GEOMETRY);
  expect(budget.bytes).toBeGreaterThanOrEqual(2 * 4 * elementCount(graph.outputs[0].shape));
  expect(program.weights.byteLength).toBeLessThan(MEGABYTE);
});
