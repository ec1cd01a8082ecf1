import { describe, expect, it } from 'vitest';
import type { Image } from '../../lib/image/image';
import { resolvePreprocess } from '../../lib/image/preprocess';
import { preprocessToFloat } from '../../lib/image/to_tensor';
import { gradient, noise } from '../fixtures/pictures';

const raw = resolvePreprocess({ crop: 'stretch', range: '0..255' });
const onePixel = (channels: 1 | 3 | 4, ...levels: number[]): Image => ({
  data: Uint8Array.from(levels),
  width: 1,
  height: 1,
  channels,
});
const levels = (image: Image, channels: number) =>
  Array.from(preprocessToFloat(image, { height: 1, width: 1, channels }, raw));

describe('channels', () => {
  it('repeats gray for a model of three', () => {
    expect(levels(onePixel(1, 77), 3)).toEqual([77, 77, 77]);
  });

  it('composites alpha over white', () => {
    expect(levels(onePixel(4, 10, 20, 30, 255), 3)).toEqual([10, 20, 30]);
    expect(levels(onePixel(4, 10, 20, 30, 0), 3)).toEqual([255, 255, 255]);
    expect(levels(onePixel(4, 0, 100, 255, 128), 3)).toEqual([127, 177, 255]);
    expect(levels(onePixel(4, 10, 20, 30, 200), 3)).toEqual([63, 71, 79]); // 62.84, 70.69, 78.53
  });

  it('makes luma for a model of one', () => {
    expect(levels(onePixel(3, 255, 0, 0), 1)).toEqual([76]);
    expect(levels(onePixel(3, 0, 255, 0), 1)).toEqual([150]);
    expect(levels(onePixel(3, 0, 0, 255), 1)).toEqual([29]);
    for (const level of [0, 1, 100, 255]) expect(levels(onePixel(3, level, level, level), 1)).toEqual([level]);
    for (let i = 0; i < 4096; i++) {
      const [r, g, b] = [(i & 15) * 17, ((i >> 4) & 15) * 17, (i >> 8) * 17];
      const error = levels(onePixel(3, r, g, b), 1)[0] - (0.299 * r + 0.587 * g + 0.114 * b);
      expect(Math.abs(error)).toBeLessThanOrEqual(0.5 + 1e-9);
    }
    expect(levels(onePixel(4, 255, 0, 0, 0), 1)).toEqual([255]);
    expect(levels(onePixel(1, 9), 1)).toEqual([9]);
  });

  it('converts before it resizes, whichever resizer', () => {
    const rgba: Image = { ...noise(9, 7, 4), data: noise(9, 7, 4).data.map((v, i) => (i % 4 === 3 ? 255 : v)) };
    const rgb: Image = { ...rgba, channels: 3, data: rgba.data.filter((_, i) => i % 4 !== 3) };
    for (const resize of ['bilinear', 'bilinear-align-corners', 'area'] as const) {
      for (const channels of [1, 3]) {
        const extents = { height: 5, width: 5, channels };
        expect(preprocessToFloat(rgba, extents, { ...raw, resize })).toEqual(
          preprocessToFloat(rgb, extents, { ...raw, resize }),
        );
      }
    }
  });

  it.each([2, 4, 0, 3.5])('refuses a model of %d channels', (channels) => {
    expect(() => levels(onePixel(3, 1, 2, 3), channels)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('range', () => {
  const value = (level: number, range: Parameters<typeof resolvePreprocess>[0]) =>
    preprocessToFloat(onePixel(3, level, level, level), { height: 1, width: 1, channels: 3 }, resolvePreprocess(range));

  it('maps levels as named', () => {
    expect(Array.from(value(0, { range: '-1..1' }))).toEqual([-1, -1, -1]);
    expect(Array.from(value(255, { range: '-1..1' }))).toEqual([1, 1, 1]);
    expect(Array.from(value(51, { range: '0..1' }))).toEqual(Array(3).fill(Math.fround(0.2)));
    expect(Array.from(value(200, { range: '0..255' }))).toEqual([200, 200, 200]);
  });

  it('takes mean and std for all channels or one each', () => {
    expect(Array.from(value(100, { range: { mean: [50], std: [25] } }))).toEqual([2, 2, 2]);
    expect(Array.from(value(100, { range: { mean: [0, 50, 100], std: [-100] } }))).toEqual([-1, -0.5, -0]);
    expect(Array.from(value(100, { range: { mean: [0], std: [1, 2, 4] } }))).toEqual([100, 50, 25]);
  });

  it('refuses a mean of the wrong length', () => {
    expect(() => value(1, { range: { mean: [1, 2], std: [1] } })).toThrow(/mean to have 1 or 3 numbers but received 2/);
  });
});

describe('crop and resize', () => {
  it('keep the fractions of bilinear levels, and round those of area', () => {
    const image: Image = { data: Uint8Array.of(10, 11), width: 2, height: 1, channels: 1 };
    const extents = { height: 1, width: 1, channels: 1 };
    expect(Array.from(preprocessToFloat(image, extents, raw))).toEqual([10.5]);
    expect(Array.from(preprocessToFloat(image, extents, { ...raw, resize: 'area' }))).toEqual([11]);
  });

  it('take the crop', () => {
    const image = gradient(40, 20, 3);
    const cover = preprocessToFloat(image, { height: 20, width: 20, channels: 3 }, { ...raw, crop: 'cover' });
    for (let y = 0; y < 20; y++) {
      const start = (y * 40 + 10) * 3;
      expect(Array.from(cover.slice(y * 60, (y + 1) * 60))).toEqual(Array.from(image.data.slice(start, start + 60)));
    }
  });
});
