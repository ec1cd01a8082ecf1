import { execFileSync } from 'node:child_process';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { decodeImage } from '../../lib/node/pictures/decode';
import { gradient, jpeg } from '../fixtures/pictures';
import { packageRoot } from '../support/package_root';

it('decoding 12 megapixels of JPEG without sharp leaves the event loop free', async () => {
  const raw = { width: 4000, height: 3000, channels: 3 } as const;
  const file = await sharp(gradient(4000, 3000, 3).data, { raw })
    .jpeg()
    .toBuffer();
  await decodeImage(jpeg(gradient(8, 8, 3)), undefined, 'builtin'); // starts the thread
  const decoding = decodeImage(file, undefined, 'builtin');
  let decoded = false;
  void decoding.then(() => {
    decoded = true;
  });
  let turns = 0;
  while (!decoded) {
    await new Promise((resolve) => setImmediate(resolve));
    turns++;
  }
  const image = await decoding;
  expect([image.width, image.height]).toEqual([4000, 3000]);
  // Decoding on this thread would be one turn, and a few more around it.
  expect(turns).toBeGreaterThan(100);
});

it('an idle worker keeps no process alive', () => {
  const program = `
    const { decodeImage } = require('./dist/node/pictures');
    const { encode } = require('jpeg-js');
    decodeImage(encode({ data: new Uint8Array(64), width: 4, height: 4 }, 50).data, undefined, 'builtin')
      .then((image) => console.log(image.width));`;
  const output = execFileSync(process.execPath, ['-e', program], {
    cwd: packageRoot(),
    timeout: 30_000,
    encoding: 'utf8',
  });
  expect(output).toBe('4\n');
});

it('a worker that dies is replaced', () => {
  const program = `
    const workers = require('node:worker_threads');
    const started = [];
    const Original = workers.Worker;
    workers.Worker = class extends Original {
      constructor(...args) {
        super(...args);
        if (started.push(this) === 1) queueMicrotask(() => this.terminate()); // once it has its picture
      }
    };
    const { decodeImage } = require('./dist/node/pictures');
    const { encode } = require('jpeg-js');
    const file = encode({ data: new Uint8Array(4 * 1e6), width: 1000, height: 1000 }, 50).data;
    const decode = () => decodeImage(file, undefined, 'builtin').then((image) => image.width, (error) => error.code);
    const answers = [decode(), decode()];
    Promise.all(answers).then(async (codes) => console.log(...codes, await decode(), started.length));`;
  const output = execFileSync(process.execPath, ['-e', program], {
    cwd: packageRoot(),
    timeout: 30_000,
    encoding: 'utf8',
  });
  expect(output).toBe('INTERNAL 1000 1000 2\n');
});
