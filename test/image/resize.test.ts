import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { cropBox } from '../../lib/image/crop';
import type { Image } from '../../lib/image/image';
import { resizeArea, resizeBilinear } from '../../lib/image/resize';
import { sourceOf } from '../../lib/image/rows';
import { preprocessToFloat } from '../../lib/image/to_tensor';
import { difference, noise } from '../fixtures/pictures';

const SIZES: [input: [number, number], output: [number, number]][] = [
  [
    [37, 53],
    [16, 16],
  ],
  [
    [37, 53],
    [96, 128],
  ],
  [
    [1, 17],
    [5, 6],
  ],
  [
    [17, 1],
    [6, 5],
  ],
  [
    [1, 1],
    [3, 4],
  ],
  [
    [8, 9],
    [1, 1],
  ],
  [
    [8, 9],
    [1, 7],
  ],
  [
    [12, 12],
    [12, 12],
  ],
  [
    [64, 48],
    [32, 24],
  ],
  [
    [300, 301],
    [224, 224],
  ],
];

const whole = (image: Image) =>
  sourceOf(image, cropBox(image.width, image.height, 'stretch'), image.channels === 1 ? 1 : 3);

/** Levels as they are. */
const LEVELS = [{ offset: 0, divisor: 1, shift: 0 }];

describe('resizeBilinear equals tf.image.resizeBilinear', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  for (const alignCorners of [false, true]) {
    for (const channels of [1, 3] as const) {
      it.each(SIZES)(`%j to %j, alignCorners ${alignCorners}, ${channels} channels`, ([h, w], [outH, outW]) => {
        const image = noise(w, h, channels, h * w);
        const expected = tf.tidy(() =>
          tf.image
            .resizeBilinear(
              tf.tensor3d(Array.from(image.data), [h, w, channels]),
              [outH, outW],
              alignCorners,
              !alignCorners,
            )
            .dataSync(),
        );
        const { max } = difference(resizeBilinear(whole(image), outH, outW, alignCorners, LEVELS), expected);
        expect(max).toBeLessThan(2e-5); // float32 near 255
      });
    }
  }

  it('does as @tensorflow-models/mobilenet: normalise, then resize the whole picture with aligned corners', () => {
    const image = noise(61, 47, 3);
    const expected = tf.tidy(() => {
      const normalised = tf.tensor3d(Array.from(image.data), [47, 61, 3]).div(127.5).sub(1) as tf.Tensor3D;
      return tf.image.resizeBilinear(normalised, [224, 224], true).dataSync();
    });
    const preprocess = { crop: 'stretch', resize: 'bilinear-align-corners', range: '-1..1' } as const;
    const actual = preprocessToFloat(image, { height: 224, width: 224, channels: 3 }, preprocess);
    expect(difference(actual, expected).max).toBeLessThan(1e-6);
  });
});

/** The average by definition, in whole numbers: the overlap of every source pixel with the output pixel's box. */
function areaByDefinition({ data, width, height, channels }: Image, outH: number, outW: number): number[] {
  const overlap = (o: number, i: number, input: number, output: number) =>
    BigInt(Math.max(0, Math.min((o + 1) * input, (i + 1) * output) - Math.max(o * input, i * output)));
  const result: number[] = [];
  for (let y = 0; y < outH; y++) {
    for (let x = 0; x < outW; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0n;
        for (let i = 0; i < height; i++) {
          for (let j = 0; j < width; j++) {
            sum +=
              overlap(y, i, height, outH) * overlap(x, j, width, outW) * BigInt(data[(i * width + j) * channels + c]);
          }
        }
        const area = BigInt(height * width);
        result.push(Number((2n * sum + area) / (2n * area)));
      }
    }
  }
  return result;
}

describe('resizeArea', () => {
  it.each(SIZES.slice(0, 9).filter(([, [h, w]]) => h * w < 1000))(
    '%j to %j is the exact average',
    ([h, w], [outH, outW]) => {
      for (const channels of [1, 3] as const) {
        const image = noise(w, h, channels, 7 + h);
        expect(Array.from(resizeArea(whole(image), outH, outW))).toEqual(areaByDefinition(image, outH, outW));
      }
    },
  );

  it('rounds halves up', () => {
    const image: Image = { data: Uint8Array.of(0, 1, 254, 255), width: 4, height: 1, channels: 1 };
    expect(Array.from(resizeArea(whole(image), 1, 2))).toEqual([1, 255]);
  });
});
