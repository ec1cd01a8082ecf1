/** The range of pictures that a network's own first operators tell. */
import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../lib/graph/graph';
import { load } from '../../lib/index';
import { inputRange } from '../../lib/model/input_range';
import type { Graph, Node } from '../../lib/ops';
import { CONV, constant, ints } from '../fixtures/small_tflite';
import { artifactsOf } from '../fixtures/tfjs_models';
import { buildMetadata, type TestTensor } from '../fixtures/tflite_builder';
import { TfliteChain } from '../fixtures/tflite_chain';

type PerChannel = number | number[];
/** One step of arithmetic: x * scale + shift. */
type Step = [scale: PerChannel, shift: PerChannel];

const subtract = (value: PerChannel): Step => [1, Array.isArray(value) ? value.map((v) => -v) : -value];
const multiply = (value: PerChannel): Step => [value, 0];
const divide = (value: PerChannel): Step => [Array.isArray(value) ? value.map((v) => 1 / v) : 1 / value, 0];
const normalize = (mean: number[], std: number[]): Step => [std.map((s) => 1 / s), mean.map((m, c) => -m / std[c])];

/** A picture, arithmetic, and a pool. */
function network(...steps: Step[]): Graph {
  let tensor: Tensor = { name: 'input', shape: [1, 4, 4, 3], type: 'float32' };
  const input = tensor;
  const perChannel = (value: PerChannel) =>
    Float64Array.from({ length: 3 }, (_, c) => [value].flat()[c] ?? [value].flat()[0]);
  const nodes: Node[] = steps.map(([scale, shift], i) => {
    const output: Tensor = { name: `t${i}`, shape: input.shape, type: 'float32' };
    const node: Node = {
      op: 'affine',
      name: output.name,
      inputs: [tensor],
      output,
      scale: perChannel(scale),
      shift: perChannel(shift),
    };
    tensor = output;
    return node;
  });
  const output: Tensor = { name: 'out', shape: input.shape, type: 'float32' };
  nodes.push({ op: 'sigmoid', name: 'sigmoid', inputs: [tensor], output });
  return { input, outputs: [output], nodes };
}

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const levels = (values: number[]) => values.map((value) => value * 255);

describe('arithmetic', () => {
  test.each<[string, string | undefined, Step[]]>([
    ['nothing', undefined, []],
    ['x / 255', '0..255', [divide(255)]],
    ['x / 127.5 - 1', '0..255', [divide(127.5), subtract(1)]],
    ['x * (1 / 127.5) - 1 in one', '0..255', [[1 / 127.5, -1]]],
    ['x * half(1 / 127.5) - 1', '0..255', [multiply(0.00784302), subtract(1)]],
    ['(x - 127) / 128', '0..255', [subtract(127), divide(128)]],
    ['(x - 128) / 255', '0..255', [subtract(128), divide(255)]],
    ['x - mean, as Caffe', '0..255', [subtract([123.68, 116.779, 103.939])]],
    ['(x - mean) * 0.017', '0..255', [subtract([123.68, 116.78, 103.94]), multiply(0.017)]],
    ['ImageNet on levels', '0..255', [normalize(levels(IMAGENET.mean), levels(IMAGENET.std))]],
    ['x / 255, then ImageNet', '0..255', [divide(255), normalize(IMAGENET.mean, IMAGENET.std)]],
    ['x / 255, then batch norm of any size', '0..255', [divide(255), [40, 3]]],
    ['batch norm of levels', '0..255', [normalize([118, 110, 101], [65, 60, 62])]],
    ['ImageNet', '0..1', [normalize(IMAGENET.mean, IMAGENET.std)]],
    ['ImageNet in two', '0..1', [subtract(IMAGENET.mean), divide(IMAGENET.std)]],
    ['2x - 1', '0..1', [multiply(2), subtract(1)]],
    ['(x - 0.5) / 0.5', '0..1', [subtract(0.5), divide(0.5)]],
    ['MNIST', '0..1', [normalize([0.1307, 0.1307, 0.1307], [0.3081, 0.3081, 0.3081])]],
    ['x * 255 / 128 - 127 / 128', '0..1', [[255 / 128, -127 / 128]]],
    ['x * 255, then caffe', '0..1', [multiply(255), subtract([123.68, 116.779, 103.939])]],
    ['batch norm of 0..1', '0..1', [multiply([4.1, 4.2, 3.9]), [1, [-1.9, -1.8, -1.6]]]],
    ['(x + 1) * 127.5', '-1..1', [[1, 1], multiply(127.5)]],
    ['x / 2 + 0.5', '-1..1', [[0.5, 0.5]]],
    ['batch norm of -1..1', '-1..1', [multiply([2, 1.9, 1.8]), [1, [0.2, 0.3, 0.4]]]],
    ['a scale alone, which fits two ranges', undefined, [multiply(2)]],
    ['batch norm that was not trained', undefined, [[0.9995, 0]]],
    ['what fits no range', undefined, [[3, 40]]],
    [
      'channels that disagree',
      undefined,
      [
        [
          [1 / 255, 2, 1 / 255],
          [0, -1, 0],
        ],
      ],
    ],
    ['a channel that is dropped', undefined, [[[1 / 255, 0, 1 / 255], 0]]],
  ])('%s: %s', (_name, expected, steps) => {
    expect(inputRange(network(...steps), undefined)).toBe(expected);
  });

  test('what the file states wins, unless the arithmetic would make nothing of it', () => {
    const rescaling = network(divide(127.5), subtract(1));
    expect(inputRange(rescaling, '0..255')).toBeUndefined();
    expect(inputRange(rescaling, { mean: [0], std: [1.1] })).toBeUndefined();
    expect(inputRange(rescaling, '-1..1')).toBe('0..255');
    expect(inputRange(rescaling, { mean: [127], std: [128] })).toBe('0..255');
    expect(inputRange(network(multiply(2), subtract(1)), '0..255')).toBe('0..1');
    expect(inputRange(network(), '-1..1')).toBeUndefined();
  });
});

const picture = {
  data: new Uint8Array(8 * 8 * 3).map((_, i) => (i * 37) % 256),
  width: 8,
  height: 8,
  channels: 3,
} as const;
const HALF = (value: number) => Uint16Array.of(value);

/** Behind the arithmetic: a mean, a dense layer, softmax. */
function withHead(chain: TfliteChain): TfliteChain {
  return chain
    .push('MEAN', { shape: [1, 3] }, [ints(1, 2)], [27])
    .push('FULLY_CONNECTED', { shape: [1, 4] }, [constant([4, 3]), constant([4])], [8])
    .push('SOFTMAX', { shape: [1, 4] }, [], [9, [0, 'float32', 1]]);
}

const INPUT: TestTensor = { shape: [1, 8, 8, 3] };
const scalar = (value: number): TestTensor => constant([], Float32Array.of(value));

describe.each(['native', 'wasm'] as const)('files, %s', (backend) => {
  test('MUL, DIV and SUB by constants: the same classes as the bare network on what they make', async () => {
    const bare = await load(withHead(new TfliteChain(INPUT)).bytes(), { backend });
    expect(bare.info.preprocess.range).toBe('-1..1');
    const expected = await bare.classify(picture);
    const made: [string, TfliteChain][] = [
      ['MUL and SUB', new TfliteChain(INPUT).push('MUL', INPUT, [scalar(1 / 127.5)]).push('SUB', INPUT, [scalar(1)])],
      [
        'DIV and ADD',
        new TfliteChain(INPUT)
          .push('DIV', INPUT, [scalar(127.5)])
          .push('ADD', INPUT, [constant([3], Float32Array.of(-1, -1, -1))]),
      ],
      ['SUB and DIV', new TfliteChain(INPUT).push('SUB', INPUT, [scalar(127.5)]).push('DIV', INPUT, [scalar(127.5)])],
    ];
    for (const [name, chain] of made) {
      const bytes = withHead(chain).bytes();
      const model = await load(bytes, { backend });
      expect(model.info.preprocess.range, name).toBe('0..255');
      for (const [i, { index, probability }] of (await model.classify(picture)).entries()) {
        expect(index, name).toBe(expected[i].index);
        expect(probability, name).toBeCloseTo(expected[i].probability, 5);
      }
      model.close();
      const given = await load(bytes, { backend, preprocess: { range: '-1..1' } });
      expect(given.info.preprocess.range, name).toBe('-1..1');
      given.close();
    }
    bare.close();
  });

  test('Keras: Rescaling, Normalization', async () => {
    const tf = await import('@tensorflow/tfjs');
    for (const [options, range] of [
      [{ scale: 1 / 255, offset: 0 }, '0..255'],
      [{ scale: 2, offset: -1 }, '0..1'],
    ] as const) {
      const keras = tf.sequential({
        layers: [
          tf.layers.inputLayer({ inputShape: [8, 8, 3] }),
          tf.layers.rescaling(options) as unknown as ReturnType<typeof tf.layers.flatten>,
          tf.layers.conv2d({ filters: 4, kernelSize: 8 }),
          tf.layers.flatten(),
        ],
      });
      const model = await load(await artifactsOf(keras), { backend });
      expect(model.info.preprocess.range).toBe(range);
      model.close();
    }
  });
});

describe('other traces', () => {
  test('constants in halves, behind DEQUANTIZE', async () => {
    // 0x2004 is 1 / 127.5 as binary16.
    const tensors: TestTensor[] = [
      INPUT,
      { shape: [1], type: 'FLOAT16', data: HALF(0x2004) },
      { shape: [1] },
      INPUT,
      constant([1], Float32Array.of(1)),
      INPUT,
    ];
    const operators = [
      { kind: 'DEQUANTIZE', inputs: [1], outputs: [2] },
      { kind: 'MUL', inputs: [0, 2], outputs: [3], options: [21] as [number] },
      { kind: 'SUB', inputs: [3, 4], outputs: [5], options: [28] as [number] },
    ];
    const { buildTflite } = await import('../fixtures/tflite_builder');
    const model = await load(buildTflite({ tensors, operators, outputs: [5] }), { backend: 'wasm' });
    expect(model.info.preprocess.range).toBe('0..255');
    model.close();
  });

  test.each([
    ['0..255', 1, -128],
    ['0..255', 0.93, -128],
    ['0..1', 1 / 255, -128],
    ['-1..1', 1 / 127.5, -1],
    ['-1..1', 0.0186, -14],
  ])('a float input that is quantized first: %s from scale %d, zero point %d', async (range, scale, zero) => {
    const quantization = { scale: [scale], zeroPoint: [zero] };
    const chain = new TfliteChain(INPUT)
      .push('QUANTIZE', { ...INPUT, type: 'INT8', quantization })
      .push('DEQUANTIZE', INPUT);
    const model = await load(chain.bytes(), { backend: 'wasm' });
    expect(model.info.preprocess.range).toBe(range);
    model.close();
  });

  test('a first convolution with x / 255 in its weights cannot tell black from white in another range', async () => {
    const conv = (factor: number) =>
      new TfliteChain(INPUT).push(
        'CONV_2D',
        { shape: [1, 6, 6, 2] },
        [
          constant(
            [2, 3, 3, 3],
            Float32Array.from({ length: 54 }, (_, i) => factor * Math.sin(i)),
          ),
          constant([2]),
        ],
        [CONV, [0, 'int8', 1], [1, 'int32', 1], [2, 'int32', 1]],
      );
    for (const [factor, range] of [
      [0.1, '-1..1'],
      [0.1 / 255, '0..255'],
      [0, '-1..1'],
    ] as const) {
      const model = await load(conv(factor).bytes(), { backend: 'wasm' });
      expect(model.info.preprocess.range, `${factor}`).toBe(range);
      model.close();
    }
  });

  test('metadata that agrees is used; the same normalization twice is not', async () => {
    const chain = () => new TfliteChain(INPUT).push('MUL', INPUT, [scalar(1 / 127.5)]).push('SUB', INPUT, [scalar(1)]);
    for (const [metadata, range] of [
      [{ mean: [0], std: [1] }, '0..255'],
      [{ mean: [127.5], std: [127.5] }, '0..255'],
      [
        { mean: [10], std: [1.1] },
        { mean: [10], std: [Math.fround(1.1)] },
      ],
    ] as const) {
      const bytes = chain().bytes({
        metadata: buildMetadata(metadata as unknown as { mean: number[]; std: number[] }),
      });
      const model = await load(bytes, { backend: 'wasm' });
      expect(model.info.preprocess.range).toEqual(range);
      model.close();
    }
  });

  test('a quantized input keeps the range that its quantization states', async () => {
    const input: TestTensor = { ...INPUT, type: 'UINT8', quantization: { scale: [1 / 128], zeroPoint: [128] } };
    const chain = new TfliteChain(input)
      .push('DEQUANTIZE', INPUT)
      .push('MUL', INPUT, [scalar(1 / 255)])
      .push('SUB', INPUT, [scalar(0.5)]);
    const model = await load(chain.bytes(), { backend: 'wasm' });
    expect(model.info.preprocess.range).toEqual({ mean: [128], std: [128] });
    model.close();
  });
});
