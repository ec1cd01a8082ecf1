import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Image } from '../../lib/image/image';
import { type Decoder, decodeImage } from '../../lib/node/pictures/decode';
import type { ImageSource } from '../../lib/node/pictures/source';
import { difference, gradient, noise, pngOf, rejection, toRgba } from '../fixtures/pictures';

const DECODERS = ['builtin', 'sharp'] as const satisfies Decoder[];
const picture = gradient(24, 16, 3);
const decode = (source: unknown, decoder?: Decoder) => decodeImage(source as ImageSource, undefined, decoder);

describe.each(DECODERS)('sources, %s', (decoder) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mobilenet-edge-'));
    writeFileSync(join(folder, 'a picture.jpg'), pngOf(picture)); // the name lies: only bytes count
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are a path, a file URL, and encoded bytes in any container', async () => {
    const file = pngOf(picture);
    const path = join(folder, 'a picture.jpg');
    const padded = new Uint8Array(file.length + 7);
    padded.set(file, 3);
    const view = padded.subarray(3, 3 + file.length);
    for (const source of [path, pathToFileURL(path), pathToFileURL(path).href, file, view, view.slice().buffer]) {
      const image = await decode(source, decoder);
      expect([image.width, image.height]).toEqual([24, 16]);
      expect(toRgba(image)).toEqual(toRgba(picture));
    }
    expect(view.length).toBe(file.length); // not taken from the caller
  });

  it('that are missing or no file are IMAGE_NOT_FOUND or IMAGE_INVALID', async () => {
    expect((await rejection(decode(join(folder, 'none.jpg'), decoder))).code).toBe('IMAGE_NOT_FOUND');
    expect((await rejection(decode('', decoder))).code).toBe('IMAGE_NOT_FOUND');
    expect((await rejection(decode(folder, decoder))).code).toBe('IMAGE_INVALID');
    const remote = await rejection(decode('https://example.org/cat.jpg', decoder));
    expect(remote.code).toBe('IMAGE_NOT_FOUND');
    expect(remote.message).toContain('fetch');
    expect((await rejection(decode(new URL('https://example.org/cat.jpg'), decoder))).code).toBe('IMAGE_NOT_FOUND');
  });

  it('that are no picture are IMAGE_INVALID', async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('hello, this is text'),
      Buffer.from([0xff, 0xd8]),
      Buffer.alloc(5000),
    ]) {
      expect((await rejection(decode(bytes, decoder))).code).toBe('IMAGE_INVALID');
    }
  });
});

describe('pixels', () => {
  it.each([1, 3, 4] as const)('of %i channels pass as they are', async (channels) => {
    const image = noise(5, 4, channels);
    expect(await decode(image)).toEqual(image);
    const clamped = { ...image, data: new Uint8ClampedArray(image.data) };
    expect(await decode(clamped)).toEqual(clamped);
  });

  it('without channels are ImageData', async () => {
    const data = new Uint8ClampedArray(2 * 3 * 4);
    expect(await decode({ data, width: 2, height: 3, colorSpace: 'srgb' })).toEqual({
      data,
      width: 2,
      height: 3,
      channels: 4,
    });
  });

  const data = new Uint8Array(12);
  it.each([
    ['0x0', { data: new Uint8Array(0), width: 0, height: 0, channels: 3 }],
    ['a side of 0', { data: new Uint8Array(0), width: 5, height: 0, channels: 3 }],
    ['negative sides', { data, width: -2, height: -2, channels: 3 }],
    ['fractions', { data, width: 1.5, height: 2, channels: 4 }],
    ['NaN', { data, width: Number.NaN, height: 2, channels: 3 }],
    ['text for a number', { data, width: '2', height: 2, channels: 3 }],
    ['missing sides', { data, channels: 3 }],
    ['too few bytes', { data, width: 2, height: 3, channels: 3 }],
    ['too many bytes', { data, width: 1, height: 1, channels: 3 }],
    ['RGB taken for ImageData', { data, width: 2, height: 2 }],
    ['2 channels', { data, width: 3, height: 2, channels: 2 }],
    ['a plain array', { data: [1, 2, 3], width: 1, height: 1, channels: 3 }],
    ['floats', { data: new Float32Array(3), width: 1, height: 1, channels: 3 }],
    ['no data', { data: null, width: 1, height: 1, channels: 3 }],
    ['null', null],
    ['undefined', undefined],
    ['a number', 42],
    ['an object', {}],
    ['an array', [1, 2, 3]],
    ['a function', () => picture],
    ['a DataView', new DataView(new ArrayBuffer(8))],
  ])('%s: IMAGE_INVALID', async (_, source) => {
    const error = await rejection(decode(source));
    expect(error.code).toBe('IMAGE_INVALID');
    expect(error.message).toMatch(/^Expected .* but received /);
  });
});

describe('which decoder', () => {
  afterEach(() => {
    delete process.env.MOBILENET_EDGE_DECODER;
  });

  it('is told by the environment', async () => {
    const webp = await sharp(picture.data, { raw: { width: 24, height: 16, channels: 3 } })
      .webp()
      .toBuffer();
    expect((await decode(webp)).width).toBe(24);
    process.env.MOBILENET_EDGE_DECODER = 'builtin';
    const error = await rejection(decode(webp));
    expect(error.code).toBe('IMAGE_UNSUPPORTED');
    expect(error.message).toContain('npm install sharp');
    expect((await decode(webp, 'sharp')).width).toBe(24);
    process.env.MOBILENET_EDGE_DECODER = 'magick';
    expect((await rejection(decode(webp))).code).toBe('INVALID_ARGUMENT');
  });

  it.each(['gif', 'tiff', 'avif'] as const)('sharp reads %s, the built-in says what to do', async (format) => {
    const file = await sharp(picture.data, { raw: { width: 24, height: 16, channels: 3 } })
      [format]()
      .toBuffer();
    const image = await decode(file, 'sharp');
    expect([image.width, image.height]).toEqual([24, 16]);
    expect(difference(toRgba(image), toRgba(picture)).mean).toBeLessThan(8);
    expect((await rejection(decode(file, 'builtin'))).code).toBe('IMAGE_UNSUPPORTED');
    expect((await rejection(decode(file.subarray(0, file.length / 2), 'sharp'))).code).toBe('IMAGE_INVALID');
  });

  const brands = (...names: string[]) => {
    const box = Buffer.concat([
      Buffer.alloc(4),
      Buffer.from(`ftyp${names[0]}\0\0\0\0${names.slice(1).join('')}`, 'latin1'),
    ]);
    box.writeUInt32BE(box.length);
    return Buffer.concat([box, Buffer.alloc(100)]);
  };
  it.each([
    ['HEIC', brands('heic', 'mif1', 'heic'), 'JPEG'],
    ['HEIC', brands('mif1', 'mif1', 'heic'), 'JPEG'],
    ['JPEG XL', Buffer.from('\xff\x0a\x12\x34', 'latin1'), 'JPEG'],
    ['JPEG 2000', Buffer.from('\0\0\0\x0cjP  \r\n\x87\n', 'latin1'), 'JPEG'],
    ['SVG', Buffer.from('<?xml version="1.0"?>\n<!-- by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'), 'PNG'],
    ['SVG', Buffer.from('  <svg width="10">'), 'PNG'],
    ['PDF', Buffer.from('%PDF-1.7\n'), 'PNG'],
    ['Photoshop', Buffer.from('8BPS\0\x01'), 'PNG'],
    ['camera raw', brands('crx ', 'crx '), 'JPEG'],
    ['icon', Buffer.from([0, 0, 1, 0, 1, 0, 16, 16]), 'PNG'],
    ['video', brands('isom', 'isom', 'avc1'), 'ffmpeg'],
    ['video', brands('qt  ', 'qt  '), 'ffmpeg'],
    ['video', Buffer.from('\x1a\x45\xdf\xa3 webm', 'latin1'), 'ffmpeg'],
    ['video', Buffer.from('RIFF\0\0\0\0AVI LIST', 'latin1'), 'ffmpeg'],
  ])('no decoder reads %s: with sharp and without the same advice, which helps', async (name, file, remedy) => {
    const errors = await Promise.all([rejection(decode(file, 'builtin')), rejection(decode(file, 'sharp'))]);
    for (const { code, message } of errors) {
      expect(code).toBe('IMAGE_UNSUPPORTED');
      expect(message).toContain(name);
      expect(message.split(`${name} file: `)[1]).toContain(remedy);
      expect(message).not.toContain('npm install');
    }
  });

  it('AVIF is told by its compatible brands too', async () => {
    const avif = await sharp(picture.data, { raw: { width: 24, height: 16, channels: 3 } })
      .avif()
      .toBuffer();
    avif.write('mif1', 8, 'latin1');
    expect((await decode(avif, 'sharp')).width).toBe(24);
    expect((await rejection(decode(avif, 'builtin'))).message).toContain('npm install sharp');
  });

  it('takes the first frame of an animation', async () => {
    const frames = Buffer.concat([Buffer.alloc(16 * 16 * 3, 10), Buffer.alloc(16 * 16 * 3, 240)]);
    const raw = { width: 16, height: 32, channels: 3, pageHeight: 16 } as const;
    const gif = await sharp(frames, { raw }).gif().toBuffer();
    const image = await decode(gif, 'sharp');
    expect([image.width, image.height]).toEqual([16, 16]);
    expect(difference(toRgba(image).slice(0, 3), [10, 10, 10]).max).toBeLessThan(3);
  });
});

describe.each(DECODERS)('an AbortSignal, %s', (decoder) => {
  it('that has fired decodes nothing', async () => {
    const error = await rejection(decodeImage(pngOf(picture), AbortSignal.abort(), decoder));
    expect([error.code, error.name]).toEqual(['ABORTED', 'AbortError']);
  });

  it('takes a picture out of the queue and leaves the others', async () => {
    const file = pngOf(noise(300, 300, 3));
    const controller = new AbortController();
    const first = decode(file, decoder);
    const second = rejection(decodeImage(file, controller.signal, decoder));
    const third = decode(file, decoder);
    controller.abort(new Error('enough'));
    expect((await second).code).toBe('ABORTED');
    const images: Image[] = await Promise.all([first, third]);
    expect(images.map((image) => image.width)).toEqual([300, 300]);
  });
});

it('bytes handed to the worker may be changed at once', async () => {
  const file = pngOf(picture);
  const decoding = decode(file, 'builtin');
  await new Promise((resolve) => setImmediate(resolve));
  file.fill(0);
  expect(toRgba(await decoding)).toEqual(toRgba(picture));
});

it('many pictures at once come back each as itself', async () => {
  const pictures = Array.from({ length: 24 }, (_, i) => noise(3 + i, 40 - i, 3, i));
  for (const decoder of DECODERS) {
    const images = await Promise.all(pictures.map((image) => decode(pngOf(image), decoder)));
    for (const [i, image] of images.entries()) expect(toRgba(image)).toEqual(toRgba(pictures[i]));
  }
});
