/** Nothing leaks: memory stays flat over 10,000 classifications and over loading and closing. Runs the built package in a process of its own. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isasUnderTest } from '../support/engines';
import { packageRoot } from '../support/package_root';

const isas = await isasUnderTest();
const MB = 1024 * 1024;

/** Runs the body with `backend`, `load`, `mobilenetV1` and `rss()` (after a full collection) in scope; it returns two sizes in bytes. */
function measure(backend: string, body: string): [number, number] {
  const script = `
const { load, mobilenetV1 } = require(${JSON.stringify(join(packageRoot(), 'dist', 'index.js'))});
const rss = () => { gc(); return process.memoryUsage.rss(); };
const options = { backend: '${backend}', threads: 2 };
(async () => { ${body} })().then((sizes) => console.log(JSON.stringify(sizes)));`;
  // A young generation that may grow does so once in tens of thousands of runs, by 16 MB.
  const flags = ['--expose-gc', '--max-semi-space-size=1'];
  return JSON.parse(execFileSync(process.execPath, [...flags, '-e', script], { encoding: 'utf8' }));
}

/** Garbage of a worker thread comes and goes, a leak only comes: the least of ten samples tells. */
const LEAST_OVER = `const leastOver = async (n) => {
  let least = Infinity;
  for (let i = 0; i < 10; i++) {
    await run(n / 10);
    least = Math.min(least, rss());
  }
  return least;
};`;

describe.each(isas.includes('scalar') ? ['native', 'wasm'] : ['wasm'])('%s', (backend) => {
  test('15,000 classifications leave RSS flat', () => {
    const [early, late] = measure(
      backend,
      `const model = await load(mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 10 }), options);
       const image = { data: new Uint8Array(100 * 80 * 4).fill(99), width: 100, height: 80, channels: 4 };
       const run = async (n) => { for (let i = 0; i < n; i += 10) await model.classify(Array(10).fill(image)); };
       ${LEAST_OVER}
       await run(5000);
       const early = await leastOver(5000);
       return [early, await leastOver(5000)];`,
    );
    // One input tensor is 110 KB: a leak of each would be 550 MB, of 2 KB per call 10 MB. The heap itself settles by a few MB.
    expect((late - early) / MB).toBeLessThan(8);
  });

  test('loading and closing 150 models leaves RSS flat', () => {
    const [early, late] = measure(
      backend,
      `const network = mobilenetV1({ alpha: 0.5, inputSize: 96, classes: 10 });
       const run = async (n) => { for (let i = 0; i < n; i++) {
         const model = await load(network, options);
         await model.predict(new Float32Array(96 * 96 * 3));
         await model[Symbol.asyncDispose]();
       } };
       ${LEAST_OVER}
       await run(50);
       const early = await leastOver(50);
       return [early, await leastOver(100)];`,
    );
    // One model is about 4 MB: a leak of each would be 300. Buffers that wait for a collection come and go by some tens.
    expect((late - early) / MB).toBeLessThan(100);
  });
});
