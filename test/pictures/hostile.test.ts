import { constants, deflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { MobileNetEdgeError } from '../../lib/base/errors';
import { decodeImage } from '../../lib/node/pictures/decode';
import { buildJpeg, segment } from '../fixtures/jpeg_builder';
import {
  bmp,
  bmpOf,
  gradient,
  jpeg,
  noise,
  png,
  pngOf,
  random,
  rejection,
  toRgba,
  withExif,
} from '../fixtures/pictures';

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

/** What zlib inflates to `first` and so many MiB of zeros, made without the memory for them; its check sum is wrong. */
function zeros(first: readonly number[], mebibytes: number): Buffer {
  // Ends on a byte and refers to nothing before it, so that it may be repeated.
  const pieces = [Buffer.from(first), Buffer.alloc(2 ** 20)].map((bytes) =>
    deflateRawSync(bytes, { level: 9, finishFlush: constants.Z_FULL_FLUSH }),
  );
  return Buffer.concat([
    Buffer.from([0x78, 0x9c]),
    pieces[0],
    ...Array(mebibytes).fill(pieces[1]),
    Buffer.from([3, 0, 0, 0, 0, 1]),
  ]);
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

it('refuses small files of many pixels in the formats that sharp alone reads', async () => {
  const create = { width: 6000, height: 6000, channels: 3 as const, background: '#c08040' };
  for (const picture of [
    sharp({ create }).webp({ effort: 0 }),
    sharp({ create }).gif(),
    sharp({ create }).tiff({ compression: 'deflate' }),
  ]) {
    const { code, message } = await rejection(decodeImage(await picture.toBuffer(), undefined, 'sharp'));
    expect([code, message]).toEqual(['IMAGE_UNSUPPORTED', expect.stringContaining('make the picture smaller')]);
  }
});

describe.each(DECODERS)('%s', (decoder) => {
  it('refuses every truncation as IMAGE_INVALID, but a JPEG short of its last bytes', async () => {
    for (const [name, file] of Object.entries(await files())) {
      if (name.endsWith('JPEG')) continue;
      const whole = name === 'palette BMP' ? file.length - 1 : file.length; // its last byte is padding
      const outcomes = await Promise.all(
        Array.from({ length: whole }, (_, n) => outcome(file.subarray(0, n), decoder)),
      );
      expect([name, new Set(outcomes)]).toEqual([name, new Set(['IMAGE_INVALID'])]);
      expect(await outcome(file, decoder)).toBe('picture');
    }
    for (const [name, file] of Object.entries(await files()).filter(([name]) => name.endsWith('JPEG'))) {
      const outcomes = await Promise.all(
        Array.from({ length: file.length }, (_, n) => outcome(file.subarray(0, n), decoder)),
      );
      const first = outcomes.indexOf('picture');
      expect([name, new Set(outcomes.slice(0, first))]).toEqual([name, new Set(['IMAGE_INVALID'])]);
      expect([name, new Set(outcomes.slice(first))]).toEqual([name, new Set(['picture'])]);
      expect([name, first > 0.9 * file.length]).toEqual([name, true]);
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

  it('refuses small files that keep the promise of many pixels', async () => {
    const comments = Array(10).fill(segment(0xfe, new Uint8Array(60_000)));
    const block = () => [0];
    const jpegOfPixels = buildJpeg({
      ...{ width: 8, height: 8, segments: comments },
      components: [{ id: 1, h: 1, v: 1, block }],
    });
    const frame = jpegOfPixels.indexOf(Buffer.from([0xff, 0xc0]));
    jpegOfPixels.writeUInt16BE(16000, frame + 5);
    jpegOfPixels.writeUInt16BE(16000, frame + 7);
    const pngOfPixels = (side: number, bitDepth: number, colorType: number, mebibytes: number) =>
      png({ width: side, height: side, bitDepth, colorType, rows: [], deflated: zeros([], mebibytes) });
    for (const file of [jpegOfPixels, pngOfPixels(16000, 1, 0, 31), pngOfPixels(5500, 16, 6, 231)]) {
      const { code, message } = await rejection(decodeImage(file, undefined, decoder));
      expect([code, message]).toEqual(['IMAGE_UNSUPPORTED', expect.stringContaining('make the picture smaller')]);
    }
    // A photograph of as many pixels has more bytes; and a drawing of 4096x4096 is none too many.
    const image = await decodeImage(pngOfPixels(4096, 1, 0, 3), undefined, decoder);
    expect(image).toMatchObject({ width: 4096, height: 4096 });
  });

  it('refuses a JPEG of endless scans', async () => {
    const file = await sharp(small.data, { raw }).jpeg({ progressive: true }).toBuffer();
    const last = file.lastIndexOf(Buffer.from([0xff, 0xda]));
    const scan = file.subarray(last, file.length - 2);
    const bomb = Buffer.concat([file.subarray(0, -2), ...Array(400).fill(scan), file.subarray(-2)]);
    expect((await rejection(decodeImage(bomb, undefined, decoder))).code).toBe('IMAGE_INVALID');
    // Many pixels, many times: a photograph of as many has more bytes.
    for (const [side, scans, padding] of [
      [16000, 80, 500_000],
      [4096, 40, 40_000],
    ]) {
      const padded = Buffer.concat([
        file.subarray(0, -2),
        ...Array(scans).fill(scan),
        Buffer.alloc(padding),
        file.subarray(-2),
      ]);
      const frame = padded.indexOf(Buffer.from([0xff, 0xc2]));
      padded.writeUInt16BE(side, frame + 5);
      padded.writeUInt16BE(side, frame + 7);
      const { code, message } = await rejection(decodeImage(padded, undefined, decoder));
      expect([code, message]).toEqual(['IMAGE_INVALID', expect.stringMatching(/fewer than \d+ scans/)]);
    }
  });

  it('reads the first of many scans that are each the whole picture', async () => {
    const file = jpeg(small);
    const scan = file.subarray(file.indexOf(Buffer.from([0xff, 0xda])), file.length - 2);
    const bomb = Buffer.concat([file.subarray(0, -2), ...Array(400).fill(scan), file.subarray(-2)]);
    const [one, many] = await Promise.all([file, bomb].map((bytes) => decodeImage(bytes, undefined, decoder)));
    expect(toRgba(many)).toEqual(toRgba(one));
  });

  it.each([0, 1] as const)('inflates a PNG only as far as its header says, interlace %i', async (interlace) => {
    const bomb = png({
      width: 1,
      height: 1,
      bitDepth: 8,
      colorType: 0,
      interlace,
      rows: [],
      deflated: zeros([0, 77], 256),
    });
    expect(bomb.length).toBeLessThan(600_000);
    await decodeImage(pngOf(small), undefined, decoder); // starts the decoder
    const before = process.resourceUsage().maxRSS;
    const image = await decodeImage(bomb, undefined, decoder);
    expect(Array.from(image.data)).toEqual(image.channels === 1 ? [77] : [77, 77, 77]);
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(100_000); // kB; the bomb holds 262,144
  });

  it('inflates no texts and profiles', async () => {
    const chunks: [string, Uint8Array][] = ['iCCP', 'zTXt', 'iTXt'].map((type) => [
      type,
      Buffer.concat([Buffer.from(type === 'iTXt' ? 'a\0\x01\0\0\0' : 'a\0\0', 'latin1'), zeros([], 256)]),
    ]);
    const file = pngOf(small, chunks);
    await decodeImage(pngOf(small), undefined, decoder); // starts the decoder
    const before = process.resourceUsage().maxRSS;
    expect(toRgba(await decodeImage(file, undefined, decoder))).toEqual(toRgba(small));
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(100_000); // kB
  });

  it('reads a PNG with more rows than its header says, refuses one with fewer', async () => {
    const parts = { width: 3, height: 2, bitDepth: 8, colorType: 0 };
    const rows = Array.from({ length: 3 }, (_, y) => Uint8Array.of(y, 10 + y, 20 + y));
    expect(Array.from((await decodeImage(png({ ...parts, rows }), undefined, 'builtin')).data)).toEqual([
      0, 10, 20, 1, 11, 21,
    ]);
    expect(await outcome(png({ ...parts, rows }), decoder)).toBe('picture');
    expect(await outcome(png({ ...parts, rows: rows.slice(0, 1) }), decoder)).toBe('IMAGE_INVALID');
  });
});
