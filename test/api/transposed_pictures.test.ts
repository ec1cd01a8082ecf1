/** Files that hold pictures with channels first, or rows and columns swapped: TRANSPOSE names axes, and moves nothing. */
import { describe, expect, test } from 'vitest';
import { load } from '../../lib/index';
import { inputRange } from '../../lib/model/input_range';
import { readModelFile } from '../../lib/node/read_model_file';
import { expectError } from '../fixtures/read_tflite';
import { CONV, constant, ints } from '../fixtures/small_tflite';
import type { TestTensor } from '../fixtures/tflite_builder';
import { TfliteChain } from '../fixtures/tflite_chain';
import { randomFloats } from '../support/random';

const [HEIGHT, WIDTH, CHANNELS] = [5, 7, 3];
const NHWC: TestTensor = { shape: [1, HEIGHT, WIDTH, CHANNELS] };
const NCHW: TestTensor = { shape: [1, CHANNELS, HEIGHT, WIDTH] };

/** A 3x2 convolution, which knows rows from columns. */
const convolve = (chain: TfliteChain, [height, width] = [HEIGHT, WIDTH], outputs = 4) =>
  chain.push(
    'CONV_2D',
    { shape: [1, height - 2, width - 1, outputs] },
    [constant([outputs, 3, 2, CHANNELS]), constant([outputs])],
    [CONV, [0, 'int8', 1], [1, 'int32', 1], [2, 'int32', 1]],
  );
const head = (chain: TfliteChain) => chain.push('MEAN', { shape: [1, 4] }, [ints(1, 2)], [27]);

const picture = {
  data: Uint8Array.from(randomFloats(HEIGHT * WIDTH * CHANNELS, 1, 0, 256)),
  width: WIDTH,
  height: HEIGHT,
  channels: CHANNELS,
} as const;
/** The same with columns as rows. */
const turned = {
  ...picture,
  width: HEIGHT,
  height: WIDTH,
  data: Uint8Array.from(picture.data, (_, i) => {
    const [row, column, c] = [Math.floor(i / CHANNELS / HEIGHT), Math.floor(i / CHANNELS) % HEIGHT, i % CHANNELS];
    return picture.data[(column * WIDTH + row) * CHANNELS + c];
  }),
};

describe.each(['native', 'wasm'] as const)('%s', (backend) => {
  const options = { backend, preprocess: { crop: 'stretch' } } as const;
  const answersOf = async (chain: TfliteChain, image: typeof picture | typeof turned) => {
    const model = await load(chain.bytes(), options);
    const tensor = Float32Array.from(image.data, (level) => level / 127.5 - 1);
    const { data } = await model.predict(tensor);
    const answers = { shape: model.info.inputShape, data, classes: await model.classify(image) };
    model.close();
    return answers;
  };

  test('channels first: predict takes dense NHWC, and pictures are read as from the plain file', async () => {
    const plain = await answersOf(head(convolve(new TfliteChain(NHWC))), picture);
    const chain = new TfliteChain(NCHW).push('TRANSPOSE', NHWC, [ints(0, 2, 3, 1)]);
    expect(await answersOf(head(convolve(chain)), picture)).toEqual(plain);
    expect(plain.shape).toEqual([1, HEIGHT, WIDTH, CHANNELS]);
  });

  test('rows and columns swapped: the network sees the picture turned', async () => {
    const plain = await answersOf(head(convolve(new TfliteChain(NHWC))), picture);
    for (const [input, permutation] of [
      [[1, WIDTH, HEIGHT, CHANNELS], ints(0, 2, 1, 3)],
      [[1, CHANNELS, WIDTH, HEIGHT], ints(0, 3, 2, 1)],
    ] as const) {
      const chain = new TfliteChain({ shape: [...input] }).push('TRANSPOSE', NHWC, [permutation]);
      const { shape, data, classes } = await answersOf(head(convolve(chain)), turned);
      expect(shape).toEqual([1, WIDTH, HEIGHT, CHANNELS]);
      expect(data).toEqual(plain.data);
      expect(classes).toEqual(plain.classes);
    }
  });

  test('there and back between layers, with arithmetic in either order', async () => {
    const mapNHWC = (channels: number): TestTensor => ({ shape: [1, HEIGHT - 2, WIDTH - 1, channels] });
    const mapNCHW = (channels: number): TestTensor => ({ shape: [1, channels, HEIGHT - 2, WIDTH - 1] });
    const scales = Float32Array.of(1, 2, -3, 4);
    const plain = new TfliteChain(NHWC).push('SUB', NHWC, [constant([3], Float32Array.of(0.1, 0.2, 0.3))]);
    convolve(plain)
      .push('MUL', mapNHWC(4), [constant([4], scales)])
      .push('RELU', mapNHWC(4));
    const first = new TfliteChain(NCHW)
      .push('SUB', NCHW, [constant([1, 3, 1, 1], Float32Array.of(0.1, 0.2, 0.3))])
      .push('TRANSPOSE', NHWC, [ints(0, 2, 3, 1)]);
    convolve(first)
      .push('TRANSPOSE', mapNCHW(4), [ints(0, 3, 1, 2)])
      .push('MUL', mapNCHW(4), [constant([4, 1, 1], scales)])
      .push('RELU', mapNCHW(4))
      .push('PAD', { shape: [1, 4, HEIGHT, WIDTH + 1] }, [
        { shape: [4, 2], type: 'INT32', data: Int32Array.of(0, 0, 0, 0, 2, 0, 0, 2) },
      ]);
    plain.push('PAD', { shape: [1, HEIGHT, WIDTH + 1, 4] }, [
      { shape: [4, 2], type: 'INT32', data: Int32Array.of(0, 0, 2, 0, 0, 2, 0, 0) },
    ]);
    // Global pooling over the last two axes, and flattened.
    first
      .push('MEAN', { shape: [1, 4, 1, 1] }, [ints(2, 3)], [27, [0, 'int8', 1]])
      .push('RESHAPE', { shape: [1, 4] }, [ints(1, 4)]);
    head(plain);
    expect((await answersOf(first, picture)).data).toEqual((await answersOf(plain, picture)).data);
  });
});

test('preprocessing before the transpose tells the range', async () => {
  const chain = new TfliteChain(NCHW)
    .push('SUB', NCHW, [constant([1, 3, 1, 1], Float32Array.of(123.7, 116.8, 103.9))])
    .push('DIV', NCHW, [constant([1, 3, 1, 1], Float32Array.of(58.4, 57.1, 57.4))])
    .push('TRANSPOSE', NHWC, [ints(0, 2, 3, 1)]);
  const { graph } = await readModelFile(head(convolve(chain)).bytes());
  expect(graph.input.shape).toEqual([1, HEIGHT, WIDTH, CHANNELS]);
  expect(graph.nodes[0]).toMatchObject({
    op: 'affine',
    shift: Float64Array.from([-123.7, -116.8, -103.9], Math.fround),
  });
  expect(inputRange(graph, undefined)).toBe('0..255');
});

test('a transpose of extents of 1 is a reshape', async () => {
  const chain = new TfliteChain(NHWC)
    .push('MEAN', { shape: [1, 1, 1, 3] }, [ints(1, 2)], [27, [0, 'int8', 1]])
    .push('TRANSPOSE', { shape: [1, 3, 1, 1] }, [ints(0, 3, 1, 2)])
    .push('SQUEEZE', { shape: [1, 3] }, [], [30, [0, 'int32s', [2, 3]]])
    .push('TRANSPOSE', { shape: [3, 1] }, [ints(1, 0)])
    .push('RESHAPE', { shape: [1, 3] }, [ints(1, 3)]);
  const { graph } = await readModelFile(chain.bytes());
  expect(graph.nodes.map(({ op }) => op)).toEqual(['pool', 'reshape', 'reshape', 'reshape', 'reshape']);
});

describe('refused', () => {
  test.each<[string, TfliteChain, string, RegExp]>([
    [
      'a layer over channels first',
      convolve(
        new TfliteChain(NHWC)
          .push('TRANSPOSE', { shape: [1, 7, 5, 3] }, [ints(0, 2, 1, 3)])
          .push('TRANSPOSE', NCHW, [ints(0, 3, 2, 1)]),
      ),
      'OPERATOR_UNSUPPORTED',
      /TRANSPOSE has moved/,
    ],
    [
      'pixels flattened with channels first',
      convolve(new TfliteChain(NHWC))
        .push('TRANSPOSE', { shape: [1, 4, 3, 6] }, [ints(0, 3, 1, 2)])
        .push('RESHAPE', { shape: [1, 72] }, [ints(1, 72)]),
      'OPERATOR_UNSUPPORTED',
      /TRANSPOSE has moved/,
    ],
    [
      'an answer with channels first',
      convolve(new TfliteChain(NHWC)).push('TRANSPOSE', { shape: [1, 4, 3, 6] }, [ints(0, 3, 1, 2)]),
      'MODEL_UNSUPPORTED',
      /output.*TRANSPOSE/,
    ],
    [
      'a softmax over columns',
      new TfliteChain(NHWC)
        .push('MEAN', { shape: [1, 1, 1, 3] }, [ints(1, 2)], [27, [0, 'int8', 1]])
        .push('TRANSPOSE', { shape: [1, 3, 1, 1] }, [ints(0, 3, 1, 2)])
        .push('SOFTMAX', { shape: [1, 3, 1, 1] }, [], [9, [0, 'float32', 1]]),
      'OPERATOR_UNSUPPORTED',
      /SOFTMAX.*TRANSPOSE has moved/,
    ],
    [
      'a transpose of rows of vectors',
      new TfliteChain(NHWC)
        .push('RESHAPE', { shape: [35, 3] }, [ints(35, 3)])
        .push('TRANSPOSE', { shape: [3, 35] }, [ints(1, 0)]),
      'OPERATOR_UNSUPPORTED',
      /order \[1, 0\]/,
    ],
    [
      'no order of axes',
      new TfliteChain(NHWC).push('TRANSPOSE', NHWC, [ints(0, 1, 1, 3)]),
      'MODEL_INVALID',
      /order of the axes/,
    ],
    [
      'an order of fewer axes',
      new TfliteChain(NHWC).push('TRANSPOSE', NHWC, [ints(0, 2, 1)]),
      'MODEL_INVALID',
      /order/,
    ],
    [
      'a shape that disagrees',
      new TfliteChain(NCHW).push('TRANSPOSE', { shape: [1, 7, 5, 3] }, [ints(0, 2, 3, 1)]),
      'MODEL_INVALID',
      /makes \[1, 5, 7, 3\]/,
    ],
  ])('%s', async (_name, chain, code, message) => {
    await expectError(chain.bytes(), code, message);
  });
});
