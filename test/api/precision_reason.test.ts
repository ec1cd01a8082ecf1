/** A quantized file that is computed in float32 says why, and precision 'int8' says what keeps it from integers. */
import { describe, expect, test } from 'vitest';
import { load } from '../../lib/index';
import { CONV, constant, ints } from '../fixtures/small_tflite';
import type { TestTensor } from '../fixtures/tflite_builder';
import { TfliteChain } from '../fixtures/tflite_chain';

const int8 = (shape: number[], scale: number, name?: string): TestTensor => ({
  shape,
  type: 'INT8',
  name,
  quantization: { scale: [scale], zeroPoint: [0] },
});
const level = (scale: number, value: number): TestTensor => ({
  ...int8([], scale),
  data: Int8Array.of(value),
});
const PICTURE = int8([1, 4, 4, 3], 0.02);
const pooled = (chain: TfliteChain, scale = 0.02) =>
  chain.push('MEAN', int8([1, 3], scale), [ints(1, 2)], [27]).bytes();

const multiplied = () =>
  pooled(new TfliteChain(PICTURE).push('MUL', int8([1, 4, 4, 3], 0.02, 'normalize/mul'), [level(0.1, 5)]));

const hybrid = () =>
  new TfliteChain({ shape: [1, 4, 4, 3] })
    .push(
      'CONV_2D',
      { shape: [1, 4, 4, 2], name: 'stem' },
      [
        {
          shape: [2, 1, 1, 3],
          type: 'INT8',
          data: Int8Array.of(1, 2, 3, -4, -5, -6),
          quantization: { scale: [0.5], zeroPoint: [0] },
        },
      ],
      [CONV, [1, 'int32', 1], [2, 'int32', 1]],
    )
    .bytes();

const summed = (scale: number) => {
  const model = new TfliteChain(PICTURE).push('ADD', int8([1, 4, 4, 3], scale, 'skip'), [], [11]).model();
  model.operators[0].inputs = [0, 0];
  return model;
};

describe.each(['native', 'wasm'] as const)('%s', (backend) => {
  test('a multiplication of integers by a constant', async () => {
    const model = await load(multiplied(), { backend });
    expect(model.info).toMatchObject({ precision: 'float32', inputType: 'int8', outputType: 'int8' });
    expect(model.info.precisionReason).toMatch(/^MUL 'normalize\/mul' .*constant/);
    // 0.02 * 50 * (0.1 * 5) = 0.5 = 25 * 0.02
    expect((await model.predict(new Int8Array(48).fill(50))).data).toEqual(Int8Array.of(25, 25, 25));
    model.close();
    await expect(load(multiplied(), { backend, precision: 'int8' })).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringMatching(/int8.*MUL 'normalize\/mul'.*float32/),
    });
    const asked = await load(multiplied(), { backend, precision: 'float32' });
    expect(asked.info.precisionReason).toBeUndefined();
    asked.close();
  });

  test('weights of 8 bits under float32 activations', async () => {
    const model = await load(hybrid(), { backend });
    expect(model.info.precision).toBe('float32');
    expect(model.info.precisionReason).toMatch(/^CONV_2D 'stem' .*8 bits.*dynamic range/);
    const { data } = await model.predict(new Float32Array(48).fill(1));
    expect(Array.from(data.slice(0, 2))).toEqual([3, -7.5]);
    model.close();
    await expect(load(hybrid(), { backend, precision: 'int8' })).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringMatching(/CONV_2D 'stem'/),
    });
  });

  test('an addition whose scales are too far apart for integers', async () => {
    const { buildTflite } = await import('../fixtures/tflite_builder');
    const model = await load(buildTflite(summed(100)), { backend });
    expect(model.info).toMatchObject({ precision: 'float32' });
    expect(model.info.precisionReason).toMatch(/^ADD 'skip' .*scales/);
    model.close();
    const near = await load(buildTflite(summed(0.04)), { backend });
    expect(near.info).toMatchObject({ precision: 'int8', precisionReason: undefined });
    near.close();
  });
});

test('float32 files have no reason, and say that they are float32', async () => {
  const chain = new TfliteChain({ shape: [1, 4, 4, 3] }).push('MEAN', { shape: [1, 3] }, [ints(1, 2)], [27]);
  chain.push('FULLY_CONNECTED', { shape: [1, 2] }, [constant([2, 3])], [8]);
  const model = await load(chain.bytes(), { backend: 'wasm' });
  expect(model.info).toMatchObject({ precision: 'float32', precisionReason: undefined });
  model.close();
  await expect(load(chain.bytes(), { backend: 'wasm', precision: 'int8' })).rejects.toMatchObject({
    code: 'MODEL_UNSUPPORTED',
    message: expect.stringMatching(/this one is float32/),
  });
});
