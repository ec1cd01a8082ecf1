/** Arrays of callers over memory of every kind: shared, growable, resizable; transferred or shrunk before and during a call. */
import { describe, expect, test } from 'vitest';
import { load, type Model, mobilenetV1 } from '../../lib/index';
import { smallQuantizedClassifier } from '../fixtures/small_tflite';
import { buildTflite } from '../fixtures/tflite_builder';
import { addon } from '../support/native_addon';

type Values = Float32Array | Uint8Array | Int8Array;
type Copy = <V extends Values>(values: V, buffer: ArrayBufferLike) => V;

const copyInto: Copy = (values, buffer) => {
  const copy = Reflect.construct(values.constructor, [buffer, 0, values.length]);
  copy.set(values);
  return copy;
};
// TypeScript knows no option of SharedArrayBuffer.
const growable = (bytes: number): SharedArrayBuffer =>
  Reflect.construct(SharedArrayBuffer, [bytes, { maxByteLength: bytes + 64 }]);
const resizable = (bytes: number) => new ArrayBuffer(bytes, { maxByteLength: bytes + 64 });

const LIVING: [string, (bytes: number) => ArrayBufferLike][] = [
  ['shared', (bytes) => new SharedArrayBuffer(bytes)],
  ['growable', growable],
  ['resizable', resizable],
];
const transfer = (view: ArrayBufferView) => structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] });
const GONE: [string, (values: Values) => Values][] = [
  [
    'transferred',
    (values) => {
      transfer(values);
      return values;
    },
  ],
  [
    'shrunk',
    (values) => {
      const copy = copyInto(values, resizable(values.byteLength));
      (copy.buffer as ArrayBuffer).resize(4);
      return copy;
    },
  ],
];

const network = (weights?: (name: string, shape: readonly number[]) => Float32Array) =>
  mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3, weights });
const size = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);
const constant = (_: string, shape: readonly number[]) => new Float32Array(size(shape)).fill(0.1);
const tensor = Float32Array.from({ length: 3072 }, (_, i) => Math.sin(i));
const pixels = Uint8Array.from({ length: 3072 }, (_, i) => i % 251);
const file = () => Uint8Array.from(buildTflite(smallQuantizedClassifier('INT8')));

const backends = addon ? (['native', 'wasm'] as const) : (['wasm'] as const);

describe.each(backends)('on %s', (backend) => {
  const use = async <R>(run: (model: Model) => Promise<R>, source: Parameters<typeof load>[0] = network()) => {
    const model = await load(source, { backend });
    try {
      return await run(model);
    } finally {
      await model.close();
    }
  };
  const image = (data: Uint8Array) => ({ data, width: 32, height: 32, channels: 3 as const });
  const zeros = (model: Model) =>
    model.predict(new (model.info.inputType === 'int8' ? Int8Array : Float32Array)(size(model.info.inputShape)));

  test.each(LIVING)('%s memory is read as any other', async (_, allocate) => {
    const [expected, found] = await use(async (model) => [
      [await model.predict(tensor), await model.classify(image(pixels)), await model.embed(image(pixels))],
      [
        await model.predict(copyInto(tensor, allocate(tensor.byteLength))),
        await model.classify(image(copyInto(pixels, allocate(3072)))),
        await model.embed(image(copyInto(pixels, allocate(3072)))),
      ],
    ]);
    expect(found).toEqual(expected);
    const bytes = file();
    const lent = copyInto(bytes, allocate(bytes.length));
    const answer = await use(zeros, bytes);
    expect(await use(zeros, lent)).toEqual(answer);
    expect(await use(zeros, lent.buffer as ArrayBuffer)).toEqual(answer);
    const weights = (name: string, shape: readonly number[]) =>
      copyInto(constant(name, shape), allocate(4 * size(shape)));
    expect(await use(zeros, network(weights))).toEqual(await use(zeros, network(constant)));
  });

  test.each(GONE)('%s memory is refused with what is missing', async (_, spoil) => {
    await use(async (model) => {
      await expect(model.predict(spoil(tensor.slice()) as Float32Array)).rejects.toMatchObject({
        code: 'TENSOR_INVALID',
      });
      for (const call of ['classify', 'embed'] as const) {
        const picture = image(spoil(pixels.slice()) as Uint8Array);
        await expect(model[call](picture)).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
        await expect(model[call](picture.data)).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
      }
    });
    const bytes = spoil(file()) as Uint8Array;
    await expect(load(bytes, { backend })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    await expect(load(bytes.buffer as ArrayBuffer, { backend })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  test('a model whose memory goes while it is loaded is refused, and never answers', async () => {
    const refused = expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('transferred'),
    });
    const bytes = file();
    const loading = load(bytes, { backend });
    transfer(bytes);
    await expect(loading).rejects.toEqual(refused);

    const weights: Float32Array[] = [];
    const graph = network((name, shape) => {
      weights.push(constant(name, shape));
      return weights[weights.length - 1];
    });
    const building = load(graph, { backend });
    transfer(weights[weights.length - 1]);
    await expect(building).rejects.toEqual(refused);
  });

  test('a call that was given up may have its memory taken', async () => {
    const controller = new AbortController();
    const bytes = file();
    const loading = load(bytes, { backend, signal: controller.signal });
    controller.abort();
    transfer(bytes);
    await expect(loading).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
