import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../lib/image/decode';
import type { Image } from '../lib/image/image';
import { bmp, difference, gradient, jpeg, noise, png, pngOf, random, rejection, toRgba } from './image_fixtures';

const DECODERS = ['builtin', 'sharp'] as const;
const next = random(3);
const bytes = (count: number, below = 256) => Uint8Array.from({ length: count }, () => below * next());
const rowsOf = (height: number, stride: number) => Array.from({ length: height }, () => bytes(stride));

/** The pixels of both decoders, having checked that they are the same. */
async function both(file: Buffer): Promise<Uint8Array> {
  const images = await Promise.all(DECODERS.map((decoder) => decodeImage(file, undefined, decoder)));
  const [builtin, viaSharp] = images.map(toRgba);
  expect(images[0]).toMatchObject({ width: images[1].width, height: images[1].height });
  expect(builtin).toEqual(viaSharp);
  return builtin;
}

describe('PNG, both decoders exactly alike', () => {
  it.each([1, 3, 4] as const)('%i channels of 8 bits', async (channels) => {
    const image = noise(13, 9, channels);
    expect(await both(pngOf(image))).toEqual(toRgba(image));
  });

  it('gray with alpha', async () => {
    const rows = rowsOf(5, 2 * 7);
    const expected = rows.flatMap((row) =>
      Array.from({ length: 7 }, (_, x) => [row[2 * x], row[2 * x], row[2 * x], row[2 * x + 1]]),
    );
    expect(Array.from(await both(png({ width: 7, height: 5, bitDepth: 8, colorType: 4, rows })))).toEqual(
      expected.flat(),
    );
  });

  it.each([
    ['gray', 0, 1],
    ['RGB', 2, 3],
    ['gray with alpha', 4, 2],
    ['RGBA', 6, 4],
  ])('16 bits, %s: the upper 8', async (_, colorType, samples) => {
    const rows = rowsOf(5, 2 * samples * 7);
    const rgba = await both(png({ width: 7, height: 5, bitDepth: 16, colorType, rows }));
    const red = rows.flatMap((row) => Array.from({ length: 7 }, (_unused, x) => row[2 * samples * x]));
    expect(Array.from(rgba).filter((_unused, i) => i % 4 === 0)).toEqual(red);
  });

  it.each([1, 2, 4])('gray of %i bits', async (bitDepth) => {
    const width = 11;
    const rows = rowsOf(6, Math.ceil((width * bitDepth) / 8));
    const rgba = await both(png({ width, height: 6, bitDepth, colorType: 0, rows }));
    expect(rgba[0]).toBe(((rows[0][0] >> (8 - bitDepth)) * 255) / (2 ** bitDepth - 1));
  });

  it.each([1, 2, 4, 8])('palette of %i bits, with and without transparency', async (bitDepth) => {
    const width = 11;
    const colors = 2 ** bitDepth;
    const palette = bytes(3 * colors);
    const alphas = bytes(Math.ceil(colors / 2));
    const rows = rowsOf(6, Math.ceil((width * bitDepth) / 8));
    const parts = { width, height: 6, bitDepth, colorType: 3, rows };
    const index = rows[0][0] >> (8 - bitDepth);
    const opaque = await both(png({ ...parts, chunks: [['PLTE', palette]] }));
    expect(Array.from(opaque.slice(0, 4))).toEqual([...palette.slice(3 * index, 3 * index + 3), 255]);
    const file = png({
      ...parts,
      chunks: [
        ['PLTE', palette],
        ['tRNS', alphas],
      ],
    });
    expect((await both(file))[3]).toBe(alphas[index] ?? 255);
  });

  it('a transparent colour, gray and RGB, 8 and 16 bits', async () => {
    for (const [colorType, samples] of [
      [0, 1],
      [2, 3],
    ]) {
      for (const bitDepth of [8, 16]) {
        const rows = rowsOf(4, (samples * 6 * bitDepth) / 8);
        const key = new Uint8Array(2 * samples);
        for (let s = 0; s < samples; s++) {
          const at = (s * bitDepth) / 8;
          key.set(bitDepth === 8 ? [0, rows[0][at]] : [rows[0][at], rows[0][at + 1]], 2 * s);
        }
        const rgba = await both(png({ width: 6, height: 4, bitDepth, colorType, rows, chunks: [['tRNS', key]] }));
        expect(rgba[3]).toBe(0);
        expect(rgba.filter((_, i) => i % 4 === 3)).toContain(255);
      }
    }
  });

  it('a suggested palette of RGB is not taken for its colours', async () => {
    const image = noise(5, 5, 3);
    expect(await both(pngOf(image, [['PLTE', bytes(30)]]))).toEqual(toRgba(image));
  });

  it('interlaced and filtered, as libpng writes them', async () => {
    for (const channels of [1, 3, 4] as const) {
      const image = gradient(33, 21, channels);
      const raw = { width: 33, height: 21, channels };
      for (const progressive of [false, true]) {
        const file = await sharp(image.data, { raw }).png({ progressive, adaptiveFiltering: true }).toBuffer();
        expect(await both(file)).toEqual(toRgba(image));
      }
    }
  });

  it('damaged texts and profiles harm nobody', async () => {
    const image = noise(5, 5, 3);
    const file = pngOf(image, [
      ['tEXt', Buffer.from('no separator')],
      ['iCCP', Buffer.from('x\0\0not deflated')],
    ]);
    expect(toRgba(await decodeImage(file, undefined, 'builtin'))).toEqual(toRgba(image));
  });

  it('what the built-in decoder lacks is IMAGE_UNSUPPORTED', async () => {
    const parts = {
      width: 1,
      height: 1,
      bitDepth: 1,
      colorType: 0,
      interlace: 1 as const,
      rows: [Uint8Array.of(0x80)],
    };
    const error = await rejection(decodeImage(png(parts), undefined, 'builtin'));
    expect(error.code).toBe('IMAGE_UNSUPPORTED');
    expect(toRgba(await decodeImage(png(parts), undefined, 'sharp'))).toEqual(Uint8Array.of(255, 255, 255, 255));
  });
});

describe('BMP', () => {
  const palette = [
    [30, 20, 10],
    [60, 50, 40],
    [90, 80, 70],
  ];
  const rgb = async (file: Buffer) => {
    const image = await decodeImage(file);
    return { ...image, data: Array.from(image.data) };
  };

  it('24 bits, rows from the bottom or the top, a gap before the pixels', async () => {
    const rows = [Uint8Array.of(3, 2, 1, 6, 5, 4, 9, 8, 7), Uint8Array.of(13, 12, 11, 16, 15, 14, 19, 18, 17)];
    const first = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const second = [11, 12, 13, 14, 15, 16, 17, 18, 19];
    const image = { width: 3, height: 2, channels: 3 };
    for (const gap of [0, 6]) {
      expect(await rgb(bmp({ width: 3, height: -2, bits: 24, rows, gap }))).toEqual({
        ...image,
        data: [...first, ...second],
      });
      expect(await rgb(bmp({ width: 3, height: 2, bits: 24, rows, gap }))).toEqual({
        ...image,
        data: [...second, ...first],
      });
    }
  });

  it.each([
    [1, Uint8Array.of(0b01100000)],
    [4, Uint8Array.of(0x01, 0x10)],
    [8, Uint8Array.of(0, 1, 1)],
  ])('a palette of %i bits, odd width', async (bits, row) => {
    const { data } = await rgb(bmp({ width: 3, height: 1, bits, palette, rows: [row] }));
    expect(data).toEqual([10, 20, 30, 40, 50, 60, 40, 50, 60]);
  });

  it('an index beyond the palette is black', async () => {
    const { data } = await rgb(bmp({ width: 2, height: 1, bits: 8, palette, rows: [Uint8Array.of(2, 200)] }));
    expect(data).toEqual([70, 80, 90, 0, 0, 0]);
  });

  it('16 and 32 bits, with the masks of Windows or their own', async () => {
    const u16 = (value: number) => Uint8Array.of(value & 255, value >> 8);
    expect((await rgb(bmp({ width: 1, height: 1, bits: 16, rows: [u16((31 << 10) | (10 << 5) | 1)] }))).data).toEqual([
      255, 82, 8,
    ]);
    const masks565 = [0xf800, 0x7e0, 0x1f, 0];
    const row565 = [u16((31 << 11) | (63 << 5) | 15)];
    expect(
      (await rgb(bmp({ width: 1, height: 1, bits: 16, compression: 3, masks: masks565, rows: row565 }))).data,
    ).toEqual([255, 255, 123]);
    expect(await rgb(bmp({ width: 1, height: 1, bits: 32, rows: [Uint8Array.of(3, 2, 1, 0)] }))).toMatchObject({
      channels: 3,
      data: [1, 2, 3],
    });
    const masks = [0xff, 0xff00, 0xff0000, 0xff000000];
    const rows = [Uint8Array.of(1, 2, 3, 200)];
    expect(await rgb(bmp({ width: 1, height: 1, bits: 32, compression: 3, masks, rows }))).toMatchObject({
      channels: 4,
      data: [1, 2, 3, 200],
    });
  });

  it('compressed is IMAGE_UNSUPPORTED; damaged is IMAGE_INVALID', async () => {
    const parts = { width: 3, height: 2, bits: 8, palette, rows: [new Uint8Array(3), new Uint8Array(3)] };
    expect((await rejection(decodeImage(bmp({ ...parts, compression: 1 })))).code).toBe('IMAGE_UNSUPPORTED');
    const file = bmp(parts);
    for (let length = 2; length < file.length - 1; length++) {
      // the last byte is padding
      expect((await rejection(decodeImage(file.subarray(0, length)))).code).toBe('IMAGE_INVALID');
    }
    for (const [at, value] of [
      [10, 20], // pixels inside the header
      [14, 12], // an OS/2 header
      [18, 0], // width 0
      [18, -3],
      [22, 0], // height 0
      [28, 7], // bits
    ]) {
      const damaged = Buffer.from(file);
      if (at === 28) damaged.writeUInt16LE(value, at);
      else damaged.writeInt32LE(value, at);
      expect((await rejection(decodeImage(damaged))).code).toBe('IMAGE_INVALID');
    }
  });
});

describe('JPEG', () => {
  const image = gradient(61, 43, 3);
  const viaSharp = (options: object, edit = (s: ReturnType<typeof sharp>) => s) =>
    edit(sharp(image.data, { raw: { width: 61, height: 43, channels: 3 } }))
      .jpeg({ quality: 95, ...options })
      .toBuffer();
  const close = async (file: Buffer, original: Image, limit: number) => {
    const [builtin, other] = await Promise.all(DECODERS.map((decoder) => decodeImage(file, undefined, decoder)));
    expect(difference(toRgba(builtin), toRgba(other)).max).toBeLessThanOrEqual(limit);
    expect(difference(toRgba(builtin), toRgba(original)).max).toBeLessThanOrEqual(limit + 4);
  };

  it('baseline, progressive, without chroma subsampling, gray', async () => {
    await close(await viaSharp({}), image, 8);
    await close(await viaSharp({ progressive: true }), image, 8);
    await close(await viaSharp({ chromaSubsampling: '4:4:4' }), image, 4);
    const gray = await viaSharp({}, (s) => s.grayscale());
    const [builtin, other] = await Promise.all(DECODERS.map((decoder) => decodeImage(gray, undefined, decoder)));
    expect(difference(toRgba(builtin), toRgba(other)).max).toBeLessThanOrEqual(2);
  });

  it('of RGB components, which an Adobe marker tells', async () => {
    const file = jpeg({ ...image, channels: 3 });
    const adobe = Buffer.from('\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0', 'latin1');
    const jfif = 4 + file.readUInt16BE(4);
    await close(Buffer.concat([file.subarray(0, 2), adobe, file.subarray(jfif)]), await decodeAsRgb(file), 4);
  });

  it('of CMYK', async () => {
    const file = await viaSharp({}, (s) => s.toColourspace('cmyk'));
    for (const decoder of DECODERS) {
      const decoded = await decodeImage(file, undefined, decoder);
      expect(decoded.channels).toBe(3);
      expect(difference(toRgba(decoded), toRgba(image)).mean).toBeLessThan(25);
    }
  });

  it('arithmetic coding or 12 bits is IMAGE_UNSUPPORTED for the built-in decoder', async () => {
    const file = jpeg(image);
    const frame = file.indexOf(Buffer.from([0xff, 0xc0]));
    const arithmetic = Buffer.from(file);
    arithmetic[frame + 1] = 0xc9;
    const deep = Buffer.from(file);
    deep[frame + 4] = 12;
    for (const unusual of [arithmetic, deep]) {
      expect((await rejection(decodeImage(unusual, undefined, 'builtin'))).code).toBe('IMAGE_UNSUPPORTED');
    }
  });

  /** What the stored YCbCr planes look like when taken for RGB, from the decoded RGB. */
  async function decodeAsRgb(file: Buffer): Promise<Image> {
    const decoded = await decodeImage(file, undefined, 'sharp');
    const data = new Uint8ClampedArray(decoded.data.length);
    for (let i = 0; i < data.length; i += 3) {
      const [r, g, b] = decoded.data.subarray(i, i + 3);
      data[i] = 0.299 * r + 0.587 * g + 0.114 * b;
      data[i + 1] = 128 - 0.168736 * r - 0.331264 * g + 0.5 * b;
      data[i + 2] = 128 + 0.5 * r - 0.418688 * g - 0.081312 * b;
    }
    return { ...decoded, data };
  }
});
