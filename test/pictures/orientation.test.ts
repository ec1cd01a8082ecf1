import { describe, expect, it } from 'vitest';
import { exifOrientation } from '../../lib/image/exif';
import type { Image } from '../../lib/image/image';
import { decodeImage } from '../../lib/node/pictures/decode';
import { difference, EXIF_TYPES, exif, gradient, jpeg, pngOf, toRgba, withApp1, withExif } from '../fixtures/pictures';

const upright = gradient(48, 32, 3);

/** What a camera stores for each orientation: stored pixel (x, y) shows upright pixel. EXIF 2.32, 4.6.4.A. */
const STORED: Record<number, (x: number, y: number, w: number, h: number) => [x: number, y: number]> = {
  1: (x, y) => [x, y],
  2: (x, y, w) => [w - 1 - x, y],
  3: (x, y, w, h) => [w - 1 - x, h - 1 - y],
  4: (x, y, _, h) => [x, h - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, w) => [w - 1 - y, x],
  7: (x, y, w, h) => [w - 1 - y, h - 1 - x],
  8: (x, y, _, h) => [y, h - 1 - x],
};

function stored(orientation: number): Image {
  const { width: w, height: h } = upright;
  const [width, height] = orientation >= 5 ? [h, w] : [w, h];
  const data = new Uint8Array(upright.data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [ux, uy] = STORED[orientation](x, y, w, h);
      data.set(upright.data.subarray((uy * w + ux) * 3, (uy * w + ux) * 3 + 3), (y * width + x) * 3);
    }
  }
  return { data, width, height, channels: 3 };
}

describe.each(['builtin', 'sharp'] as const)('EXIF orientation, %s', (decoder) => {
  describe.each([1, 2, 3, 4, 5, 6, 7, 8])('%i', (orientation) => {
    it.each([true, false])('in a JPEG, little-endian %s', async (little) => {
      const image = await decodeImage(withExif(jpeg(stored(orientation)), orientation, little), undefined, decoder);
      expect([image.width, image.height]).toEqual([48, 32]);
      expect(difference(toRgba(image), toRgba(upright)).max).toBeLessThanOrEqual(8);
    });

    it('in a PNG', async () => {
      const file = pngOf(stored(orientation), [['eXIf', exif(orientation, true)]]);
      const image = await decodeImage(file, undefined, decoder);
      expect([image.width, image.height]).toEqual([48, 32]);
      expect(toRgba(image)).toEqual(toRgba(upright));
    });
  });

  it.each([0, 9, 65535])('%i counts as upright', async (orientation) => {
    const image = await decodeImage(withExif(jpeg(upright), orientation), undefined, decoder);
    expect([image.width, image.height]).toEqual([48, 32]);
  });

  it.each(Object.keys(EXIF_TYPES) as (keyof typeof EXIF_TYPES)[])('of type %s', async (type) => {
    for (const little of [true, false]) {
      const app1 = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exif(6, little, type)]);
      const image = await decodeImage(withApp1(jpeg(stored(6)), app1), undefined, decoder);
      expect([image.width, image.height]).toEqual([48, 32]);
    }
  });

  it('of two segments or chunks the first counts', async () => {
    const twice = withExif(withExif(jpeg(stored(6)), 3), 6); // the later call writes the earlier segment
    expect((await decodeImage(twice, undefined, decoder)).width).toBe(48);
    const chunks: [string, Uint8Array][] = [6, 3].map((orientation) => ['eXIf', exif(orientation, true)]);
    expect((await decodeImage(pngOf(stored(6), chunks), undefined, decoder)).width).toBe(48);
  });

  it("a thumbnail's is not the picture's", async () => {
    const first = exif(1, true);
    const second = exif(6, true).subarray(8);
    first.writeUInt16LE(0x0111, 22); // no orientation in the first directory
    first.writeUInt32LE(first.length, first.length - 4);
    const app1 = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), first, second]);
    expect((await decodeImage(withApp1(jpeg(upright), app1), undefined, decoder)).width).toBe(48);
  });

  it('what is corrupt is ignored', async () => {
    for (const edit of [
      (tiff: Buffer) => tiff.fill(0xff),
      (tiff: Buffer) => tiff.fill(0, 2, 4), // no TIFF
      (tiff: Buffer) => tiff.writeUInt32LE(2, 26), // two values
      (tiff: Buffer) => tiff.writeUInt16LE(2, 24), // text
      (tiff: Buffer) => tiff.writeUInt32LE(0xfffffff0, 4),
    ]) {
      const tiff = exif(6, true);
      edit(tiff);
      const app1 = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
      expect((await decodeImage(withApp1(jpeg(upright), app1), undefined, decoder)).width).toBe(48);
    }
  });

  it('an APP1 that is not EXIF is left alone', async () => {
    const file = withApp1(jpeg(upright), Buffer.from('http://ns.adobe.com/xap/1.0/\0<x/>', 'latin1'));
    expect((await decodeImage(file, undefined, decoder)).width).toBe(48);
  });
});

describe('exifOrientation', () => {
  it('reads both byte orders', () => {
    expect(exifOrientation(exif(6, true))).toBe(6);
    expect(exifOrientation(exif(6, false))).toBe(6);
  });

  it('takes every truncation for upright or reads what is whole', () => {
    const whole = exif(6, true);
    for (let length = 0; length < whole.length; length++) {
      expect(exifOrientation(whole.subarray(0, length))).toBe(length < 34 ? 1 : 6);
    }
  });

  it('survives offsets and counts that point anywhere', () => {
    for (const offset of [0, 4, 0x7fffffff, 0xffffffff, 0xfffffffe, 37, 38]) {
      const hostile = exif(6, true);
      hostile.writeUInt32LE(offset, 4);
      expect(exifOrientation(hostile)).toBe(1);
    }
    const counted = exif(6, true);
    counted.writeUInt16LE(0xffff, 8);
    expect(exifOrientation(counted)).toBe(6);
    counted.writeUInt16LE(1, 22); // another tag: nothing to find among 65535 entries
    expect(exifOrientation(counted)).toBe(1);
  });
});
