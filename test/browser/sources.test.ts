/** Every form of a model and of a picture that a page may have. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smallFloatNetwork } from '../fixtures/small_tflite';
import { artifactsOf, predictWithTfjs, smallModel } from '../fixtures/tfjs_models';
import { buildTflite } from '../fixtures/tflite_builder';
import { chromiumPath, launchChromium } from './chromium';
import { openPage } from './page';
import { serve, type TestServer } from './server';

/** Red on the left, blue on the right: upright only after a turn by 90 degrees. */
async function turnedJpeg(): Promise<Uint8Array> {
  const data = Buffer.alloc(64 * 48 * 3);
  for (let i = 0; i < 64 * 48; i++) data.set(i < (64 * 48) / 2 ? [255, 0, 0] : [0, 0, 255], 3 * i);
  const raw = { width: 64, height: 48, channels: 3 as const };
  return sharp(data, { raw }).jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer();
}

describe.skipIf(!chromiumPath)('in Chromium', () => {
  let browser: Browser;
  let server: TestServer;
  let page: Page;
  const layersModel = smallModel();

  beforeAll(async () => {
    const { modelTopology, weightSpecs, weightData } = await artifactsOf(layersModel);
    const manifest = [{ paths: ['part 1.bin', 'part2.bin'], weights: weightSpecs }];
    const weights = new Uint8Array(weightData);
    server = await serve({
      folders: { '/tfjs/': join(__dirname, '..', '..', 'node_modules', '@tensorflow', 'tfjs', 'dist') },
      pages: {
        '/small.tflite': buildTflite(smallFloatNetwork()),
        '/model/model.json': JSON.stringify({ modelTopology, weightsManifest: manifest }),
        '/model/part%201.bin': weights.subarray(0, 101),
        '/model/part2.bin': weights.subarray(101),
        '/model/metadata.json': '<!doctype html><title>the page that some hosts send for every path</title>',
        '/truncated.tflite': buildTflite(smallFloatNetwork()).subarray(0, 300),
        '/labels.txt': 'only one\n',
        '/turned.jpg': await turnedJpeg(),
        '/text.bin': 'no picture, no model',
      },
    });
    browser = await launchChromium();
    page = await openPage(browser, server.origin);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test('a model by URL, File, Blob, bytes and Graph', async () => {
    const answers = await page.evaluate(async () => {
      const bytes = await (await fetch('/small.tflite')).arrayBuffer();
      const padded = new Uint8Array(bytes.byteLength + 16);
      padded.set(new Uint8Array(bytes), 8);
      const sources = [
        'small.tflite',
        new URL('/small.tflite', location.href),
        new File([bytes], 'any name'),
        new Blob([bytes]),
        bytes,
        padded.subarray(8, 8 + bytes.byteLength),
      ];
      const answers = [];
      for (const source of sources) {
        const model = await edge.load(source);
        const length = model.info.inputShape.reduce((a, b) => a * b);
        const input = Float32Array.from({ length }, (_, i) => Math.sin(i));
        answers.push(Array.from((await model.predict(input)).data));
        model.close();
      }
      return answers;
    });
    expect(answers[0].every(Number.isFinite)).toBe(true);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  test('limits hold in the worker, and on the page', async () => {
    const refused = await page.evaluate(async () => {
      const codes = [];
      for (const thread of ['worker', 'main'] as const) {
        for (const limits of [{ bytes: 1000 }, { operators: 2 }, { macs: 100 }, { pixels: 1 }, { pixel: 1 }]) {
          // biome-ignore lint/suspicious/noExplicitAny: one of them is misspelt
          const error = await edge.load('small.tflite', { thread, limits: limits as any }).catch((error) => error);
          codes.push(`${Object.keys(limits)[0]} ${error.code}`);
        }
      }
      return codes;
    });
    const codes = ['bytes', 'operators', 'macs', 'pixels'].map((limit) => `${limit} MODEL_UNSUPPORTED`);
    expect(refused).toEqual([...codes, 'pixel INVALID_ARGUMENT', ...codes, 'pixel INVALID_ARGUMENT']);
  });

  test('a tfjs model by URL, Files, artifacts and as tf.LayersModel', async () => {
    await page.addScriptTag({ url: '/tfjs/tf.min.js' });
    const { answers, input } = await page.evaluate(async () => {
      // biome-ignore lint/suspicious/noExplicitAny: tfjs as a script has no types
      const tf = (globalThis as any).tf;
      await tf.setBackend('cpu');
      const get = async (name: string) => (await fetch(`/model/${name}`)).arrayBuffer();
      const [json, one, two] = await Promise.all(['model.json', 'part%201.bin', 'part2.bin'].map(get));
      const { modelTopology, weightsManifest } = JSON.parse(new TextDecoder().decode(json));
      const weightSpecs = weightsManifest[0].weights;
      const weightData = await new Blob([one, two]).arrayBuffer();
      const layers = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
      const sources = [
        '/model/model.json',
        [new File([two], 'part2.bin'), new File([json], 'model.json'), new File([one], 'part 1.bin')],
        { modelTopology, weightsManifest, weightData: [one, two] },
        layers,
      ];
      const answers = [];
      let input = new Float32Array();
      for (const source of sources) {
        const model = await edge.load(source);
        const length = model.info.inputShape.reduce((a, b) => a * b);
        input = Float32Array.from({ length }, (_, i) => Math.sin(i));
        answers.push(Array.from((await model.predict(input)).data));
        model.close();
      }
      return { answers, input: Array.from(input) };
    });
    const expected = predictWithTfjs(layersModel, Float32Array.from(input)).data;
    for (const answer of answers) {
      expect(answer).toEqual(answers[0]);
      for (const [i, value] of answer.entries()) expect(value).toBeCloseTo(expected[i], 5);
    }
  });

  test('progress by bytes, rising to 1; the Cache keeps what was fetched', async () => {
    const { reports, size, again } = await page.evaluate(async () => {
      const reports: [number, number | undefined][] = [];
      const onProgress = (fraction: number, bytes?: { loaded: number }) => reports.push([fraction, bytes?.loaded]);
      const model = await edge.load('/small.tflite?cached', { cache: 'test', onProgress });
      model.close();
      const again = await edge.load('/small.tflite?cached', { cache: 'test' });
      again.close();
      const size = (await (await fetch('/small.tflite')).arrayBuffer()).byteLength;
      return { reports, size, again: again.info.classes === model.info.classes };
    });
    const fractions = reports.map(([fraction]) => fraction);
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(Math.max(...reports.map(([, loaded]) => loaded ?? 0))).toBe(size);
    expect(again).toBe(true);
    expect(server.requests.filter((url) => url.endsWith('?cached'))).toHaveLength(1);
  });

  test('every form of a picture is the same picture', async () => {
    const answers = await page.evaluate(async () => {
      const [width, height] = [40, 30];
      const data = new Uint8ClampedArray(width * height * 4);
      for (let i = 0; i < data.length; i++) data[i] = i % 4 === 3 ? 255 : (i * 37) % 251;
      const pixels = new ImageData(data, width, height);
      const canvas = document.createElement('canvas');
      Object.assign(canvas, { width, height });
      canvas.getContext('2d')!.putImageData(pixels, 0, 0);
      const offscreen = new OffscreenCanvas(width, height);
      offscreen.getContext('2d')!.putImageData(pixels, 0, 0);
      const png = await offscreen.convertToBlob({ type: 'image/png' });
      const url = URL.createObjectURL(png);
      const image = new Image();
      image.src = url;
      const bitmap = await createImageBitmap(pixels);
      const frame = new VideoFrame(canvas, { timestamp: 0 });
      const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)]);
      const sources = {
        pixels,
        raw: { data: rgb, width, height, channels: 3 as const },
        canvas,
        offscreen,
        png,
        file: new File([png], 'picture.png'),
        bytes: await png.arrayBuffer(),
        url,
        image,
        bitmap,
        frame,
      };
      const model = await edge.load(edge.mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 5 }));
      const answers: Record<string, number[]> = {};
      // Twice: nothing that was given is closed or taken away.
      for (let round = 0; round < 2; round++) {
        for (const [name, source] of Object.entries(sources)) answers[name] = Array.from(await model.embed(source));
      }
      const batch = await model.classify([canvas, bitmap], { topK: 2 });
      model.close();
      return { ...answers, batch: batch.flat().map(({ index }) => index) };
    });
    const { pixels, frame, batch, ...others } = answers as Record<string, number[]>;
    expect(batch).toHaveLength(4);
    for (const [name, answer] of Object.entries(others)) expect(answer, name).toEqual(pixels);
    // A VideoFrame may be YUV inside.
    for (const [i, value] of frame.entries()) expect(value).toBeCloseTo(pixels[i], 1);
  });

  test('a region of a picture, turned, is that part of its pixels', async () => {
    const answers = await page.evaluate(async () => {
      const [width, height] = [40, 30];
      const data = new Uint8ClampedArray(width * height * 4);
      for (let i = 0; i < data.length; i++) data[i] = i % 4 === 3 ? 255 : (i * 37) % 251;
      const part = new Uint8ClampedArray(20 * 8 * 4);
      // From (4, 10), 8 wide and 20 high, turned by 90 degrees: what was below is on the left.
      for (let y = 0; y < 8; y++) {
        for (let x = 0; x < 20; x++) {
          const from = ((10 + 19 - x) * width + 4 + y) * 4;
          part.set(data.subarray(from, from + 4), (y * 20 + x) * 4);
        }
      }
      const model = await edge.load(edge.mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 5 }));
      const view = { region: { x: 4, y: 10, width: 8, height: 20 }, rotation: 90 } as const;
      const fractions = { region: { x: 0.1, y: 1 / 3, width: 0.2, height: 2 / 3 }, rotation: 90 } as const;
      const picture = new ImageData(data, width, height);
      const answers = [
        Array.from(await model.embed(new ImageData(part, 20, 8))),
        Array.from(await model.embed(picture, view)),
        Array.from(await model.embed(picture, fractions)),
      ];
      const classes = [await model.classify(new ImageData(part, 20, 8)), await model.classify(picture, view)];
      model.close();
      return { answers, classes };
    });
    for (const answer of answers.answers.slice(1)) expect(answer).toEqual(answers.answers[0]);
    expect(answers.classes[1]).toEqual(answers.classes[0]);
  });

  test('EXIF orientation is honoured, of a Blob, a URL and an image element', async () => {
    const answers = await page.evaluate(async () => {
      const graph = edge.mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 5 });
      const preprocess = { crop: 'stretch', resize: 'area' } as const;
      const model = await edge.load(graph, { preprocess });
      const blob = await (await fetch('/turned.jpg')).blob();
      const image = new Image();
      image.src = '/turned.jpg';
      // Turned by 90 degrees, the upper half is on the right.
      const upright = new Uint8Array(48 * 64 * 3);
      for (let i = 0; i < 48 * 64; i++) upright.set(i % 48 >= 24 ? [255, 0, 0] : [0, 0, 255], 3 * i);
      const sources = [{ data: upright, width: 48, height: 64, channels: 3 as const }, blob, '/turned.jpg', image];
      const answers = [];
      for (const source of sources) answers.push(Array.from(await model.embed(source)));
      model.close();
      return answers;
    });
    const distance = (a: number[], b: number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));
    for (const answer of answers.slice(1)) expect(distance(answer, answers[0])).toBeLessThan(0.05);
  });

  const failures: [code: string, call: string][] = [
    ['MODEL_NOT_FOUND', `edge.load('/nowhere.tflite')`],
    ['MODEL_NOT_FOUND', `edge.load('http://127.0.0.1:1/model.tflite')`],
    [
      'MODEL_NOT_FOUND',
      `edge.load([new File(['{"modelTopology":{},"weightsManifest":[{"paths":["a.bin"],"weights":[{"name":"a","shape":[1],"dtype":"float32"}]}]}'], 'model.json'), new File([], 'b')])`,
    ],
    ['MODEL_INVALID', `edge.load('/truncated.tflite')`],
    ['MODEL_INVALID', `edge.load('/text.bin')`],
    ['MODEL_INVALID', `edge.load(new ArrayBuffer(0))`],
    ['INVALID_ARGUMENT', `edge.load(7)`],
    ['INVALID_ARGUMENT', `edge.load('http://')`],
    ['INVALID_ARGUMENT', `edge.load([])`],
    ['INVALID_ARGUMENT', `edge.load('/small.tflite', { thread: 'other' })`],
    ['INVALID_ARGUMENT', `edge.load('/small.tflite', { threads: 0 })`],
    ['INVALID_ARGUMENT', `edge.load('/small.tflite', { preprocess: { crop: () => 1 } })`],
    ['BACKEND_UNAVAILABLE', `edge.load('/small.tflite', { backend: 'native' })`],
    ['BACKEND_UNAVAILABLE', `edge.load('/small.tflite', { isa: 'avx2' })`],
    ['BACKEND_UNAVAILABLE', `edge.load('/small.tflite', { wasmUrl: '/nowhere/' })`],
    ['BACKEND_UNAVAILABLE', `edge.load('/small.tflite', { wasmBinary: {} })`],
    ['BACKEND_UNAVAILABLE', `edge.load('/small.tflite', { workerUrl: '/nowhere.mjs' })`],
    ['LABELS_INVALID', `edge.load('/small.tflite', { labels: '/labels.txt' })`],
    ['LABELS_INVALID', `edge.load('/small.tflite', { labels: '/nowhere.txt' })`],
    ['ABORTED', `edge.load('/small.tflite', { signal: AbortSignal.abort() })`],
    ['IMAGE_NOT_FOUND', `model.classify('/nowhere.png')`],
    ['IMAGE_INVALID', `model.classify('/text.bin')`],
    ['IMAGE_INVALID', `model.classify(new Blob([]))`],
    ['IMAGE_INVALID', `model.classify(new Image())`],
    ['IMAGE_INVALID', `model.classify(Object.assign(new Image(), { src: '/nowhere.png' }))`],
    ['IMAGE_INVALID', `model.classify(document.createElement('video'))`],
    ['IMAGE_INVALID', `model.classify({ data: new Uint8Array(5), width: 1, height: 1, channels: 3 })`],
    ['IMAGE_INVALID', `model.classify(document.body)`],
    ['IMAGE_INVALID', `model.classify(null)`],
    ['INVALID_ARGUMENT', `model.classify(new ImageData(4, 4), { topK: 0 })`],
    ['INVALID_ARGUMENT', `model.classify(new ImageData(4, 4), { signal: 1 })`],
    ['INVALID_ARGUMENT', `model.classify(new ImageData(4, 4), { region: { x: 2, y: 0, width: 3, height: 4 } })`],
    ['INVALID_ARGUMENT', `model.embed(new ImageData(4, 4), { rotation: 45 })`],
    ['TENSOR_INVALID', `model.predict(new Float32Array(5))`],
    ['TENSOR_INVALID', `model.predict('tensor')`],
    ['ABORTED', `model.embed(new ImageData(4, 4), { signal: AbortSignal.abort() })`],
    ['MODEL_CLOSED', `(model.close(), model.embed(new ImageData(4, 4)))`],
  ];
  test.each(failures)('%s of %s', async (code, call) => {
    const error = await page.evaluate(
      async ({ call }) => {
        const model = await edge.load(edge.mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 5 }));
        const answer = new Function('edge', 'model', `return ${call}`)(edge, model) as Promise<unknown>;
        const error = await answer.then(
          () => undefined,
          (reason) => reason,
        );
        model.close();
        return error instanceof edge.MobileNetEdgeError ? { code: error.code, message: error.message } : String(error);
      },
      { call },
    );
    expect(error).toMatchObject({ code });
  });

  test('a signal ends a load that is on its way', async () => {
    const code = await page.evaluate(async () => {
      const controller = new AbortController();
      const loading = edge.load('/small.tflite', { signal: controller.signal, onProgress: () => controller.abort() });
      return loading.catch((error) => error.code);
    });
    expect(code).toBe('ABORTED');
  });
});
