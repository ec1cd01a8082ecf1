/** What programs in Node hold: a picture or a model is the same in whatever it comes. */
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImageSource, load, type Model, type ModelSource, mobilenetV1 } from '../../lib';
import { decodeImage } from '../../lib/node/pictures/decode';
import { readInTime } from '../../lib/sources/stream';
import { noise, pngOf, rejection, toRgba } from '../fixtures/pictures';
import { smallFloatNetwork } from '../fixtures/small_tflite';
import { buildTflite } from '../fixtures/tflite_builder';

const picture = noise(20, 14, 3);
const png = pngOf(picture) as Buffer<ArrayBuffer>;
const tflite = Buffer.from(buildTflite(smallFloatNetwork())) as Buffer<ArrayBuffer>;
const folder = mkdtempSync(join(tmpdir(), 'mobilenet-edge-sources-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function* pieces(file: Uint8Array, size = 100): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
}

/** A view into the midst of a larger buffer. */
function within(file: Uint8Array): Uint8Array {
  const larger = new Uint8Array(file.length + 24);
  larger.set(file, 8);
  return larger.subarray(8, 8 + file.length);
}

function shared(file: Uint8Array): Uint8Array {
  const memory = new Uint8Array(new SharedArrayBuffer(file.length));
  memory.set(file);
  return memory;
}

/** Everything that holds a file; each is made anew, since streams are used up. */
const HOLDERS: Record<string, (file: Buffer<ArrayBuffer>, path: string) => unknown> = {
  Buffer: (file) => file,
  'a Uint8Array within a larger one': within,
  'a Uint8ClampedArray': (file) => new Uint8ClampedArray(file),
  'an Int8Array': (file) => new Int8Array(file),
  'a DataView': (file) => {
    const { buffer, byteOffset, length } = within(file);
    return new DataView(buffer, byteOffset, length);
  },
  'an ArrayBuffer': (file) => Uint8Array.from(file).buffer,
  'shared memory': shared,
  'a Buffer through JSON': (file) => JSON.parse(JSON.stringify(file)),
  'a Uint8Array of another realm': (file) => runInNewContext('Uint8Array.from(bytes)', { bytes: [...file] }),
  'a Blob': (file) => new Blob([file]),
  'a File': (file) => new File([file], 'any name'),
  'a file as a Blob': (_, path) => openAsBlob(path),
  'a Response': (file) => new Response(file),
  'a Request': (file) => new Request('http://localhost/', { method: 'POST', body: file }),
  'a web stream': (file) => new Blob([file]).stream(),
  'a web stream of many pieces': (file) => Readable.toWeb(Readable.from(pieces(file))),
  'a stream of a file': (_, path) => createReadStream(path, { highWaterMark: 97 }),
  'a PassThrough': (file) => new PassThrough().end(file),
  'a generator': (file) => pieces(file, 1),
  'a data: URL': (file) => `data:application/octet-stream;base64,${file.toString('base64')}`,
  'a data: URL object': (file) => new URL(`DATA:;charset=utf-8;base64,${file.toString('base64')}`),
  'base64url in a data: URL': (file) => `data:;base64,${file.toString('base64url')}`,
  'base64 with escapes': (file) => `data:;base64,${encodeURIComponent(file.toString('base64'))}`,
  'a percent-encoded data: URL': (file) =>
    `data:,${[...file].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`,
};

describe('a picture is the same in', () => {
  const path = join(folder, 'picture');
  beforeAll(() => writeFileSync(path, png));

  it.each(Object.keys(HOLDERS))('%s', async (name) => {
    const source = (await HOLDERS[name](png, path)) as ImageSource;
    expect(toRgba(await decodeImage(source))).toEqual(toRgba(picture));
  });

  it('a Response of a server', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/picture' ? 200 : 404;
      response.end(request.url === '/picture' ? png : '<html>');
    }).listen(0);
    const { port } = server.address() as { port: number };
    expect(toRgba(await decodeImage(await fetch(`http://localhost:${port}/picture`)))).toEqual(toRgba(picture));
    const error = await rejection(decodeImage(await fetch(`http://localhost:${port}/other`)));
    expect([error.code, error.message]).toEqual(['IMAGE_NOT_FOUND', expect.stringContaining('404 Not Found')]);
    server.close();
  });

  it("sharp's output, encoded and raw, and sharp itself", async () => {
    const image = sharp(png);
    const encoded = await image.clone().png().toBuffer({ resolveWithObject: true });
    const raw = await image.clone().raw().toBuffer({ resolveWithObject: true });
    for (const source of [encoded, raw, image.clone()]) {
      expect(toRgba(await decodeImage(source as ImageSource))).toEqual(toRgba(picture));
    }
  });

  it('streams of a batch', async () => {
    const model = await load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3 }));
    const answers = await model.classify([picture, new Response(png), Readable.from(pieces(png)), new Blob([png])]);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    model.close();
  });
});

describe('a model is the same in', () => {
  const path = join(folder, 'model');
  const input = (model: Model) =>
    Float32Array.from({ length: model.info.inputShape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i));
  let expected: unknown;
  beforeAll(async () => {
    writeFileSync(path, tflite);
    const model = await load(path);
    expected = (await model.predict(input(model))).data;
    model.close();
  });

  it.each(Object.keys(HOLDERS))('%s', async (name) => {
    const model = await load((await HOLDERS[name](tflite, path)) as ModelSource);
    expect((await model.predict(input(model))).data).toEqual(expected);
    model.close();
  });
});

describe('what cannot be read is a typed error', () => {
  const broken = () =>
    new Readable({
      read() {
        this.destroy(new TypeError('the line is dead'));
      },
    });
  const used = () => {
    const response = new Response(png);
    void response.arrayBuffer();
    return response;
  };
  const locked = () => {
    const stream = new Blob([png]).stream();
    stream.getReader();
    return stream;
  };
  const sources: [name: string, source: () => unknown, message: RegExp][] = [
    ['a Response that was read', used, /read already: pass a clone/],
    ['a Response without a body', () => new Response(null, { status: 204 }), /no bytes|empty|0 bytes/],
    ['a stream that others read', locked, /another reader/],
    ['a stream that fails', broken, /the line is dead/],
    [
      'a stream that has ended',
      () =>
        broken()
          .destroy()
          .on('error', () => undefined),
      /ended already/,
    ],
    ['a stream of text', () => Readable.from(['text', 'more']), /gives 'text' in place of bytes/],
    ['an empty Blob', () => new Blob([]), /no bytes|empty|0 bytes/],
    ['an empty data: URL', () => 'data:image/png;base64,', /no bytes|empty|0 bytes/],
    ['a data: URL without a comma', () => 'data:image/png', /comma/],
    [
      'base64 that is not a URL',
      () => Buffer.alloc(5000, 'A').toString('base64'),
      /base64 text is passed as Buffer.from/,
    ],
    ['a JPEG as text', () => Buffer.alloc(900, 'a\0b').toString('latin1'), /base64 text is passed as Buffer.from/],
    ['no path', () => '', /path is empty/],
    ['a promise', () => Promise.resolve(png), /Promise: await it/],
    ['floats', () => new Float32Array(8), /Float32Array/],
    ['a FileHandle of numbers', () => ({ type: 'Buffer', data: [1, 2, 300] }), /received|Expected pixels/],
    ['nothing', () => undefined, /received undefined/],
    ['an object', () => ({ path: 'a.png' }), /the keys \[path\]/],
  ];
  it.each(sources)('%s', async (_, source, message) => {
    const picture = await rejection(decodeImage(source() as ImageSource));
    expect(picture.code).toMatch(/^IMAGE_(INVALID|NOT_FOUND)$/);
    expect(picture.message).toMatch(message);
    const model = await rejection(load(source() as ModelSource));
    expect(model.code).toMatch(/^(MODEL_INVALID|MODEL_NOT_FOUND|INVALID_ARGUMENT)$/);
    for (const error of [picture, model]) expect(error.message.length).toBeLessThan(600);
  });

  it.skipIf(process.platform === 'win32')('a pipe that nobody writes to, and a device', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, '/dev/null', '/dev/zero']) {
      expect((await rejection(decodeImage(path))).code).toBe('IMAGE_INVALID');
      expect((await rejection(load(path))).code).toBe('MODEL_INVALID');
    }
  });
});

describe('a stream is ended', () => {
  const options = (limit = 1000, signal?: AbortSignal) => ({
    limit,
    signal,
    invalid: (problem: string) => Object.assign(new Error(problem), { code: 'invalid' }) as never,
    notFound: (problem: string) => new Error(problem) as never,
  });

  it('where it gives more than it may: no more is read of it', async () => {
    let read = 0;
    const endless = new Readable({
      highWaterMark: 100,
      read() {
        read += 100;
        this.push(Buffer.alloc(100));
      },
    });
    await expect(readInTime(endless, options())).rejects.toThrow(/more than 1000 bytes/);
    expect(endless.destroyed).toBe(true);
    expect(read).toBeLessThan(1500);

    let cancelled = 0;
    const web = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(100)),
      cancel: () => void cancelled++,
    });
    await expect(readInTime(web, options())).rejects.toThrow(/more than 1000 bytes/);
    expect(cancelled).toBe(1);

    let left = 0;
    const generator = (async function* () {
      try {
        for (;;) yield new Uint8Array(100);
      } finally {
        left++;
      }
    })();
    await expect(readInTime(generator, options())).rejects.toThrow(/more than 1000 bytes/);
    await new Promise((resolve) => setImmediate(resolve));
    expect(left).toBe(1);
    await expect(readInTime(new Blob([new Uint8Array(1001)]), options())).rejects.toThrow(/1001 bytes, more than 1000/);
  });

  it('by the signal, also where nothing comes any more', async () => {
    const silent = new Readable({ read: () => undefined });
    let cancelled = 0;
    const web = new ReadableStream<Uint8Array>({ cancel: () => void cancelled++ });
    for (const stream of [
      silent,
      web,
      (async function* () {
        await new Promise(() => undefined);
        yield png;
      })(),
    ]) {
      const controller = new AbortController();
      const error = rejection(decodeImage(stream, controller.signal));
      await new Promise((resolve) => setImmediate(resolve));
      controller.abort();
      expect((await error).code).toBe('ABORTED');
    }
    expect(silent.destroyed).toBe(true);
    expect(cancelled).toBe(1);
    const fired = new Readable({ read: () => undefined });
    expect((await rejection(load(fired, { signal: AbortSignal.abort() }))).code).toBe('ABORTED');
  });

  it('and one that stalls holds up no other picture of the model', async () => {
    const model = await load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3 }));
    const controller = new AbortController();
    const stalled = rejection(model.classify(new PassThrough(), { signal: controller.signal }));
    expect(await model.classify(picture)).toHaveLength(3);
    controller.abort();
    expect((await stalled).code).toBe('ABORTED');
    expect((await rejection(model.classify(Promise.resolve(png) as never))).message).toMatch(/Promise: await it/);
    model.close();
  });
});
