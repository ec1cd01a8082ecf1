/**
 * JPEG, with sharp and without: the same pixels to the bit. What has no sharp to compare with is compared with pixels that
 * are known: a block of DC alone has the samples 128 + DC.
 */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Image } from '../../lib/image/image';
import { decodeImage } from '../../lib/node/pictures/decode';
import { adobeSegment, buildJpeg, type JpegComponent, type JpegParts, segment } from '../fixtures/jpeg_builder';
import { difference, gradient, jpeg, noise, random, rejection, toRgba, withExif } from '../fixtures/pictures';

const DECODERS = ['builtin', 'sharp'] as const;

/** What both decoders give, having checked that it is the same. */
async function both(file: Buffer): Promise<Image> {
  const [builtin, viaSharp] = await Promise.all(DECODERS.map((decoder) => decodeImage(file, undefined, decoder)));
  expect([builtin.width, builtin.height]).toEqual([viaSharp.width, viaSharp.height]);
  expect(Buffer.compare(toRgba(builtin), toRgba(viaSharp))).toBe(0);
  return builtin;
}

/** libjpeg's own answer, through sharp, to whatever it reads at all. */
async function libjpeg(file: Buffer): Promise<Uint8Array> {
  const levels = sharp(file, { failOn: 'none', ignoreIcc: true }).toColourspace('srgb').raw();
  const { data, info } = await levels.toBuffer({ resolveWithObject: true });
  return toRgba({ data, width: info.width, height: info.height, channels: info.channels as 1 | 3 });
}

async function refused(file: Buffer): Promise<string[]> {
  const errors = await Promise.all(DECODERS.map((decoder) => rejection(decodeImage(file, undefined, decoder))));
  expect(errors[0].message).toBe(errors[1].message);
  return errors.map((error) => error.code);
}

/** Coefficients of a smooth picture with something of every frequency. */
function texture(next: () => number): JpegComponent['block'] {
  return () =>
    [
      800 * (next() - 0.5),
      ...Array.from({ length: 20 }, (_, k) => (next() < 0.4 ? (60 / (k + 2)) * (next() - 0.5) : 0)),
    ].map(Math.round);
}

function components(sampling: string, next: () => number): JpegComponent[] {
  return sampling.split(',').map((factors, i) => {
    const [h, v] = factors.split('x').map(Number);
    return { id: i + 1, h, v, block: texture(next) };
  });
}

/** 4:2:0 of 48 x 64 pixels: 12 MCUs, 4 rows of them. */
function whole(parts: Partial<JpegParts> = {}, seed = 7): Buffer {
  return buildJpeg({ width: 48, height: 64, components: components('2x2,1x1,1x1', random(seed)), ...parts });
}

describe('a whole JPEG has the same pixels with sharp and without, to the bit', () => {
  it.each([
    '1x1',
    '2x2',
    '1x1,1x1,1x1',
    '2x1,1x1,1x1',
    '1x2,1x1,1x1',
    '2x2,1x1,1x1',
    '4x1,1x1,1x1',
    '1x4,1x1,1x1',
    '4x2,1x1,1x1',
    '2x4,1x1,1x1',
    '2x2,2x1,1x1',
    '2x2,1x2,1x2',
    '2x2,2x1,2x1',
    '1x1,2x2,2x2',
    '2x1,1x2,1x2',
    '3x1,1x1,1x1',
    '1x2,1x2,1x2',
  ])('sampled %s, of sides from 1 to 70, with and without restarts', async (sampling) => {
    const next = random(sampling.length);
    for (const restartInterval of [0, 1, 3]) {
      for (let round = 0; round < 3; round++) {
        const [width, height] = [1 + Math.floor(70 * next()), 1 + Math.floor(70 * next())];
        const file = buildJpeg({ width, height, components: components(sampling, next), restartInterval });
        const image = await both(file);
        expect([image.width, image.height]).toEqual([width, height]);
        expect(Buffer.compare(toRgba(image), await libjpeg(file))).toBe(0);
      }
    }
  });

  it.each([
    { progressive: false },
    { progressive: true },
    { progressive: true, optimiseScans: true },
    { mozjpeg: true },
  ])('as encoders write it, of any quality: %o', async (options) => {
    const next = random(11);
    for (const quality of [1, 30, 75, 90, 100]) {
      for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
        const [width, height] = [1 + Math.floor(70 * next()), 1 + Math.floor(70 * next())];
        const { data } = noise(width, height, 3, quality);
        const picture = sharp(data, { raw: { width, height, channels: 3 } }).blur(0.6);
        await both(
          await picture
            .clone()
            .jpeg({ quality, chromaSubsampling, ...options })
            .toBuffer(),
        );
        await both(
          await picture
            .clone()
            .toColourspace('b-w')
            .jpeg({ quality, ...options })
            .toBuffer(),
        );
      }
    }
  });

  it('in all eight orientations', async () => {
    const file = await sharp(noise(41, 23, 3).data, { raw: { width: 41, height: 23, channels: 3 } })
      .jpeg()
      .toBuffer();
    for (let orientation = 1; orientation <= 8; orientation++) {
      const image = await both(withExif(file, orientation));
      expect([image.width, image.height]).toEqual(orientation > 4 ? [23, 41] : [41, 23]);
    }
  });

  it('gray stays gray; an ICC profile changes nothing', async () => {
    const picture = sharp(gradient(40, 30, 3).data, { raw: { width: 40, height: 30, channels: 3 } });
    const plain = await picture.clone().jpeg().toBuffer();
    const tagged = await picture.clone().withIccProfile('p3').jpeg().toBuffer();
    const icc = tagged.indexOf('ICC_PROFILE') - 4;
    expect(icc).toBeGreaterThan(0);
    await both(tagged);
    // The same samples under a profile of another colour space.
    const profile = tagged.subarray(icc, icc + 2 + tagged.readUInt16BE(icc + 2));
    const spliced = Buffer.concat([plain.subarray(0, 2), profile, plain.subarray(2)]);
    expect(toRgba(await both(spliced))).toEqual(toRgba(await both(plain)));
    const gray = await decodeImage(await picture.clone().toColourspace('b-w').jpeg().toBuffer(), undefined, 'builtin');
    expect(gray.channels).toBe(1);
  });

  it('of RGB components, told by an Adobe marker or by their names', async () => {
    const levels = [100, -60, 28];
    const block = (level: number) => () => [level];
    const named = [...'RGB'].map((name, i) => ({ id: name.charCodeAt(0), h: 1, v: 1, block: block(levels[i]) }));
    const numbered = levels.map((level, i) => ({ id: i + 1, h: 1, v: 1, block: block(level) }));
    for (const file of [
      buildJpeg({ width: 9, height: 5, components: named }),
      buildJpeg({ width: 9, height: 5, components: numbered, segments: [adobeSegment(0)] }),
    ]) {
      expect(toRgba(await both(file)).slice(0, 4)).toEqual(Uint8Array.of(228, 68, 156, 255));
    }
  });
});

describe('four inks', () => {
  const inks = [
    [255, 200, 60, 0],
    [255, 255, 255, 255],
    [0, 10, 250, 128],
    [90, 180, 33, 201],
  ];
  const inkComponents = (of: readonly (readonly number[])[]) =>
    [0, 1, 2, 3].map((c) => ({ id: c + 1, h: 1, v: 1, block: (x: number) => [of[x % of.length][c] - 128] }));
  const file = (transform: 0 | 2 | undefined, of = inks) =>
    buildJpeg({
      width: 32,
      height: 8,
      components: inkComponents(of),
      segments: transform === undefined ? [] : [adobeSegment(transform)],
    });

  it.each([0, undefined] as const)(
    'CMYK, Adobe transform %s: red is cyan times black, both stored inverted',
    async (transform) => {
      const image = await both(file(transform));
      const expected = inks.flatMap(([c, m, y, k]) => [c, m, y].map((ink) => (ink * k) / 255));
      const pixels = inks.flatMap((_, x) => [...image.data.slice(24 * x + 9, 24 * x + 12)]);
      expect(image.channels).toBe(3);
      expect(difference(pixels, expected).max).toBeLessThanOrEqual(0.5);
    },
  );

  it('YCCK: the same after the transform that JFIF has', async () => {
    const stored = [
      [120, 90, 200, 255],
      [200, 128, 128, 100],
      [50, 140, 100, 255],
      [128, 128, 128, 128],
    ];
    const image = await both(file(2, stored));
    const clamped = (value: number) => Math.min(255, Math.max(0, value));
    // The inks are 255 - RGB, and stored inverted once more.
    const expected = stored.flatMap(([y, cb, cr, k]) =>
      [y + 1.402 * (cr - 128), y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128), y + 1.772 * (cb - 128)].map(
        (level) => ((255 - clamped(level)) * k) / 255,
      ),
    );
    const pixels = stored.flatMap((_, x) => [...image.data.slice(24 * x + 9, 24 * x + 12)]);
    expect(difference(pixels, expected).max).toBeLessThanOrEqual(2);
  });
});

describe('what libjpeg-turbo reads with at most a warning is read as it does', () => {
  it('without Huffman tables, as webcams send frames', async () => {
    const file = whole({ huffmanTables: false });
    expect(Buffer.compare(toRgba(await both(file)), toRgba(await both(whole())))).toBe(0);
  });

  it('bytes too many before markers', async () => {
    const plain = toRgba(await both(whole({ restartInterval: 2 })));
    for (const extra of [[0x12], [1, 2, 3, 4], [0xff, 0xff, 0xff]]) {
      const file = whole({ restartInterval: 2, beforeMarkers: Uint8Array.from(extra) });
      expect(Buffer.compare(toRgba(await both(file)), plain)).toBe(0);
    }
    const between = Buffer.concat([whole().subarray(0, 2), Buffer.from([9, 9]), whole().subarray(2)]);
    expect(Buffer.compare(toRgba(await both(between)), toRgba(await both(whole())))).toBe(0);
  });

  it.each([
    ['nothing', []],
    ['zeros', Array(64).fill(0)],
    ['text', [...Buffer.from('\r\n--frame\r\nContent-Type: image/jpeg\r\n')]],
    ['a next frame', [...whole({}, 8)]],
    ['half a marker', [0xff]],
  ])('without its EOI, followed by %s', async (_, trailer) => {
    const plain = toRgba(await both(whole()));
    const file = Buffer.concat([whole().subarray(0, -2), Buffer.from(trailer)]);
    expect(Buffer.compare(toRgba(await both(file)), plain)).toBe(0);
    const after = Buffer.concat([whole(), Buffer.from(trailer)]);
    expect(Buffer.compare(toRgba(await both(after)), plain)).toBe(0);
  });

  it('progressive without its EOI, or short of bits of its last scan', async () => {
    const file = await sharp(noise(64, 64, 3).data, { raw: { width: 64, height: 64, channels: 3 } })
      .blur(1)
      .jpeg({ progressive: true, quality: 90 })
      .toBuffer();
    const last = file.lastIndexOf(Buffer.from([0xff, 0xda]));
    expect(Buffer.compare(toRgba(await both(file.subarray(0, -2))), toRgba(await both(file)))).toBe(0);
    for (const length of [file.length - 5, last + 40]) {
      const cut = file.subarray(0, length);
      expect(Buffer.compare(toRgba(await both(cut)), await libjpeg(cut))).toBe(0);
    }
    for (const length of [last + 2, last, last - 1, file.length >> 1]) {
      expect(await refused(file.subarray(0, length))).toEqual(['IMAGE_INVALID', 'IMAGE_INVALID']);
    }
  });

  it('a file that is cut off, where at most 5 % of its pixels are missing', async () => {
    // Every MCU is a row of the picture's hundredth.
    const block = (_: number, y: number) => [(y % 90) + 1];
    const file = buildJpeg({ width: 8, height: 800, components: [{ id: 1, h: 1, v: 1, block }], restartInterval: 1 });
    const starts = [...file.keys()].filter((at) => file[at] === 0xff && file[at + 1] >= 0xd0 && file[at + 1] <= 0xd7);
    expect(starts).toHaveLength(99);
    const original = await both(file);
    // libjpeg-turbo makes one block of noise where data ends, before it makes nothing.
    for (const missing of [1, 4, 6]) {
      const image = await both(file.subarray(0, starts[99 - missing]));
      const present = 8 * 8 * (100 - missing);
      expect(image.data.slice(0, present)).toEqual(original.data.slice(0, present));
    }
    for (const missing of [7, 10, 50, 99]) {
      expect(await refused(file.subarray(0, starts[99 - missing]))).toEqual(['IMAGE_INVALID', 'IMAGE_INVALID']);
    }
  });

  it('every truncation has the same outcome with sharp and without, and few are pictures', async () => {
    const file = await sharp(noise(50, 70, 3).data, { raw: { width: 50, height: 70, channels: 3 } })
      .jpeg()
      .toBuffer();
    let pictures = 0;
    for (let length = 0; length < file.length; length += 7) {
      const cut = file.subarray(0, length);
      const outcomes = await Promise.all(
        DECODERS.map((decoder) =>
          decodeImage(cut, undefined, decoder).then(
            (image) => Buffer.from(image.data).toString('hex'),
            (error) => error.code,
          ),
        ),
      );
      expect(outcomes[0]).toBe(outcomes[1]);
      if (outcomes[0] !== 'IMAGE_INVALID') pictures++;
    }
    expect(pictures).toBeLessThan((0.1 * file.length) / 7);
  });

  it('damaged samples, with sharp and without', async () => {
    const next = random(5);
    let warned = 0;
    for (let round = 0; round < 80; round++) {
      const file = Buffer.from(whole({ restartInterval: 3 }));
      const scan = file.indexOf(Buffer.from([0xff, 0xda])) + 14;
      file[scan + Math.floor(next() * (file.length - 2 - scan))] ^= 1 << Math.floor(8 * next());
      const images = await Promise.all(
        DECODERS.map((decoder) => decodeImage(file, undefined, decoder).catch((error) => error)),
      );
      expect(images[0] instanceof Error).toBe(images[1] instanceof Error);
      const unwarned = await sharp(file, { failOn: 'warning' })
        .raw()
        .toBuffer()
        .catch(() => undefined);
      if (unwarned || images[0] instanceof Error) continue;
      warned++;
      expect(Buffer.compare(toRgba(images[0]), toRgba(images[1]))).toBe(0);
    }
    expect(warned).toBeGreaterThan(10);
  });
});

describe('what is not read', () => {
  it('is named, with sharp and without, where no decoder reads it', async () => {
    const file = jpeg(gradient(20, 14, 3));
    const frame = file.indexOf(Buffer.from([0xff, 0xc0]));
    const lossless = Buffer.from(file);
    lossless[frame + 1] = 0xc3;
    const deep = Buffer.from(file);
    deep[frame + 4] = 12;
    for (const unusual of [lossless, deep]) {
      expect(await refused(unusual)).toEqual(['IMAGE_UNSUPPORTED', 'IMAGE_UNSUPPORTED']);
      expect((await rejection(decodeImage(unusual, undefined, 'sharp'))).message).not.toContain('npm install');
    }
  });

  it('arithmetic coding needs sharp', async () => {
    const arithmetic = jpeg(gradient(20, 14, 3));
    arithmetic[arithmetic.indexOf(Buffer.from([0xff, 0xc0])) + 1] = 0xc9;
    const error = await rejection(decodeImage(arithmetic, undefined, 'builtin'));
    expect(error.code).toBe('IMAGE_UNSUPPORTED');
    expect(error.message).toContain('npm install sharp');
    expect((await decodeImage(arithmetic, undefined, 'sharp')).width).toBe(20); // read as noise
  });

  it('two components, a comment in place of the frame, two frames', async () => {
    const two = components('1x1,1x1', random(1));
    expect(await refused(buildJpeg({ width: 8, height: 8, components: two }))).toEqual(
      Array(2).fill('IMAGE_UNSUPPORTED'),
    );
    const file = whole();
    const frame = file.indexOf(Buffer.from([0xff, 0xc0]));
    const without = Buffer.from(file);
    without[frame + 1] = 0xfe;
    expect(await refused(without)).toEqual(Array(2).fill('IMAGE_INVALID'));
    const frames = Buffer.concat([
      file.subarray(0, frame),
      segment(0xc0, file.subarray(frame + 4, frame + 19)),
      file.subarray(frame),
    ]);
    expect(await refused(frames)).toEqual(Array(2).fill('IMAGE_INVALID'));
  });
});
