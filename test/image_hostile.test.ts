import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { MobileNetEdgeError } from '../lib/errors';
import { decodeImage } from '../lib/image/decode';
import { bmp, bmpOf, gradient, jpeg, noise, png, pngOf, random, rejection, withExif } from './image_fixtures';

const DECODERS = ['builtin', 'sharp'] as const;
const small = gradient(20, 14, 3);
const raw = { width: 20, height: 14, channels: 3 } as const;

async function files(): Promise<Record<string, Buffer>> {
  const image = sharp(small.data, { raw });
  return {
    'baseline JPEG': withExif(jpeg(small, 60), 6),
    'progressive JPEG': await image.clone().jpeg({ progressive: true }).toBuffer(),
    PNG: pngOf(noise(9, 7, 4)),
    'interlaced PNG': await image.clone().png({ progressive: true }).toBuffer(),
    'palette PNG': png({
      width: 5,
      height: 3,
      bitDepth: 4,
      colorType: 3,
      rows: Array.from({ length: 3 }, () => Uint8Array.of(0x12, 0x30, 0x10)),
      chunks: [
        ['PLTE', new Uint8Array(12).fill(77)],
        ['tRNS', Uint8Array.of(1, 2, 3)],
      ],
    }),
    BMP: bmpOf(small),
    'palette BMP': bmp({
      width: 5,
      height: 2,
      bits: 4,
      palette: [[1, 2, 3]],
      rows: [new Uint8Array(3), new Uint8Array(3)],
    }),
  };
}

/** Resolves to the error's code, or 'picture'; anything but a whole picture or a typed error of pictures fails the test. */
async function outcome(bytes: Buffer, decoder: (typeof DECODERS)[number]): Promise<string> {
  try {
    const image = await decodeImage(bytes, undefined, decoder);
    expect(image.width).toBeGreaterThan(0);
    expect(image.data.length).toBe(image.width * image.height * image.channels);
    expect([1, 3, 4]).toContain(image.channels);
    return 'picture';
  } catch (error) {
    if (!(error instanceof MobileNetEdgeError)) throw error;
    expect(['IMAGE_INVALID', 'IMAGE_UNSUPPORTED']).toContain(error.code);
    return error.code;
  }
}

describe.each(DECODERS)('%s', (decoder) => {
  it('refuses every truncation as IMAGE_INVALID', async () => {
    for (const [name, file] of Object.entries(await files())) {
      const whole = name === 'palette BMP' ? file.length - 1 : file.length; // its last byte is padding
      const outcomes = await Promise.all(
        Array.from({ length: whole }, (_, n) => outcome(file.subarray(0, n), decoder)),
      );
      expect([name, new Set(outcomes)]).toEqual([name, new Set(['IMAGE_INVALID'])]);
      expect(await outcome(file, decoder)).toBe('picture');
    }
  });

  it('answers flipped bytes with a picture or a typed error', async () => {
    const next = random(2024);
    const tally: Record<string, number> = {};
    for (const file of Object.values(await files())) {
      for (let round = 0; round < 150; round++) {
        const damaged = Buffer.from(file);
        const flips = 1 + Math.floor(4 * next());
        // Half of the damage goes where headers are.
        const reach = next() < 0.5 ? Math.min(64, file.length) : file.length;
        for (let i = 0; i < flips; i++) damaged[Math.floor(reach * next())] = 256 * next();
        const answer = await outcome(damaged, decoder);
        tally[answer] = (tally[answer] ?? 0) + 1;
      }
    }
    expect(tally.picture).toBeGreaterThan(50);
    expect(tally.IMAGE_INVALID).toBeGreaterThan(50);
  });

  it('refuses giant promises of small files without the memory for them', async () => {
    const jpegOf = (width: number, height: number) => {
      const file = jpeg(small);
      const frame = file.indexOf(Buffer.from([0xff, 0xc0]));
      file.writeUInt16BE(height, frame + 5);
      file.writeUInt16BE(width, frame + 7);
      return file;
    };
    const pngOfSize = (width: number, height: number) =>
      png({ width, height, bitDepth: 8, colorType: 6, rows: [new Uint8Array(64)] });
    const bmpOfSize = (width: number, height: number) => {
      const file = bmpOf(small);
      file.writeInt32LE(width, 18);
      file.writeInt32LE(height, 22);
      return file;
    };
    // A decoder's first picture starts it, which takes tens of MB; the least promise is one of 196 MB.
    for (const file of [jpeg(small), pngOf(small), bmpOf(small)]) await decodeImage(file, undefined, decoder);
    const before = process.resourceUsage().maxRSS;
    for (const [width, height] of [
      [16000, 16000],
      [65500, 65500],
      [65500, 1000],
    ]) {
      for (const file of [jpegOf(width, height), pngOfSize(width, height), bmpOfSize(width, height)]) {
        expect((await rejection(decodeImage(file, undefined, decoder))).code).toBe('IMAGE_INVALID');
      }
    }
    for (const [width, height] of [
      [0x7fffffff, 0x7fffffff],
      [0, 5],
      [5, 0],
    ]) {
      for (const file of [pngOfSize(width, height), bmpOfSize(width, height)]) {
        expect((await rejection(decodeImage(file, undefined, decoder))).code).toBe('IMAGE_INVALID');
      }
    }
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(100_000); // kB
  });

  it('refuses a JPEG of endless scans', async () => {
    const file = jpeg(small);
    const scan = file.subarray(file.indexOf(Buffer.from([0xff, 0xda])), file.length - 2);
    const bomb = Buffer.concat([
      file.subarray(0, file.length - 2),
      ...Array(400).fill(scan),
      file.subarray(file.length - 2),
    ]);
    expect((await rejection(decodeImage(bomb, undefined, decoder))).code).toBe('IMAGE_INVALID');
  });
});
