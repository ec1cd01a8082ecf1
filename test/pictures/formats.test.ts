import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../lib/node/pictures/decode';
import { bmp, gradient, noise, type PngParts, png, pngOf, random, rejection, toRgba } from '../fixtures/pictures';

const DECODERS = ['builtin', 'sharp'] as const;
const next = random(3);
const bytes = (count: number, below = 256) => Uint8Array.from({ length: count }, () => below * next());
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];
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

  it.each([0, 2, 3, 4, 6])(
    'interlaced, colour type %i, of every depth and of sides from 1 to 20',
    async (colorType) => {
      const samples = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colorType]!;
      for (const bitDepth of [1, 2, 4, 8, 16]) {
        if (bitDepth < 8 && colorType !== 0 && colorType !== 3) continue;
        if (bitDepth === 16 && colorType === 3) continue;
        for (const [width, height] of [
          [1, 1],
          [2, 1],
          [5, 3],
          [8, 8],
          [9, 20],
          [20, 9],
        ]) {
          const rows = ADAM7.flatMap(([x, y, dx, dy]) => {
            const columns = Math.ceil((width - x) / dx);
            const stride = Math.ceil((columns * samples * bitDepth) / 8);
            return columns > 0 ? rowsOf(Math.max(0, Math.ceil((height - y) / dy)), stride) : [];
          });
          const chunks: PngParts['chunks'] = colorType === 3 ? [['PLTE', bytes(3 * 2 ** bitDepth)]] : [];
          await both(png({ width, height, bitDepth, colorType, interlace: 1, rows, chunks }));
        }
      }
    },
  );

  it('filtered in all five ways', async () => {
    for (const colorType of [0, 2, 6]) {
      const rows = rowsOf(10, 17 * { 0: 1, 2: 3, 6: 4 }[colorType]!);
      await both(png({ width: 17, height: 10, bitDepth: 8, colorType, rows, filters: [4, 3, 2, 1, 0, 4, 4, 3, 2, 1] }));
    }
  });

  it('damaged texts and profiles harm nobody', async () => {
    const image = noise(5, 5, 3);
    const file = pngOf(image, [
      ['tEXt', Buffer.from('no separator')],
      ['iCCP', Buffer.from('x\0\0not deflated')],
      ['gAMA', Buffer.from([0, 0, 0, 1])],
    ]);
    expect(await both(file)).toEqual(toRgba(image));
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

  it.each([12, 16, 64])('OS/2, a header of %i bytes', async (headerBytes) => {
    const rows = [Uint8Array.of(3, 2, 1, 6, 5, 4, 9, 8, 7)];
    expect(await rgb(bmp({ width: 3, height: 1, bits: 24, rows, headerBytes }))).toEqual({
      width: 3,
      height: 1,
      channels: 3,
      data: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    });
    for (const [bits, row] of [
      [1, 0b01100000],
      [4, 0x01],
      [8, 0],
    ]) {
      const packed = bits === 1 ? [row] : bits === 4 ? [row, 0x10] : [0, 1, 1];
      const file = bmp({ width: 3, height: 1, bits, palette, rows: [Uint8Array.from(packed)], headerBytes });
      expect((await rgb(file)).data).toEqual([10, 20, 30, 40, 50, 60, 40, 50, 60]);
    }
  });

  it('OS/2 Huffman coding is not taken for bit fields', async () => {
    const rows = [Uint8Array.of(1, 2, 3, 4)];
    const error = await rejection(
      decodeImage(bmp({ width: 1, height: 1, bits: 32, compression: 3, rows, headerBytes: 64 })),
    );
    expect(error.code).toBe('IMAGE_UNSUPPORTED');
    expect(error.message).toContain('OS/2');
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
      [14, 13], // no header has 13 bytes
      [14, 200],
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
