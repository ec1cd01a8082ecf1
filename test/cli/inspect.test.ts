import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallFloatNetwork, smallInt8Network } from '../fixtures/small_tflite';
import { buildTflite } from '../fixtures/tflite_builder';
import { runCli } from '../support/run_cli';

const folder = mkdtempSync(join(tmpdir(), 'mobilenet-edge-inspect-'));
const model = join(folder, 'small.tflite');
beforeAll(() => writeFileSync(model, buildTflite(smallFloatNetwork())));
afterAll(() => rmSync(folder, { recursive: true }));

const HEADINGS = ['; graph of the file', '; simplified, float32', '; program for wasm, simd128'];
const WASM = ['--backend', 'wasm', '--isa', 'simd128'];

/** The lines under each of the headings, in their order. */
function stages(text: string): string[][] {
  const lines = text.split('\n');
  const starts = HEADINGS.map((heading) => lines.indexOf(heading));
  expect(starts[0]).toBe(0);
  expect(starts).toEqual([...starts].sort((a, b) => a - b));
  return starts.map((start, i) => lines.slice(start + 1, starts[i + 1]).filter((line) => line !== ''));
}

const words = (lines: string[]) => lines.map((line) => line.trim().split(' ')[0]);

describe('inspect', () => {
  it('prints the graph of a file, the simplified one and the program', async () => {
    const { stdout, stderr, exitCode } = await runCli(['inspect', model, ...WASM]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const [read, simplified, program] = stages(stdout).map(words);
    const nodes = ['conv2d', 'depthwise_conv2d', 'add', 'pool', 'dense', 'softmax'];
    expect(read).toEqual([';', ...nodes, ';']);
    expect(simplified).toEqual([';', ...nodes, ';']);
    expect(program).toEqual([';', 'conv', 'depthwise', 'add', 'pool', 'pointwise', 'softmax']);
  });

  it('shows what the precision makes of a quantized file', async () => {
    const quantized = join(folder, 'quantized.tflite');
    writeFileSync(quantized, buildTflite(smallInt8Network()));
    const { stdout } = await runCli(['inspect', quantized, '--precision', 'float32', ...WASM]);
    const [read, simplified] = stages(stdout).map((lines) => lines.filter((line) => line.startsWith('conv2d')));
    expect(read).toEqual([expect.stringMatching(/int8 scale=/)]);
    expect(simplified).toEqual([expect.not.stringMatching(/int8/)]);
  });

  it('takes one of the architectures too', async () => {
    const args = ['inspect', '--architecture', 'mobilenet_v1', '--alpha', '0.25', '--size', '32', ...WASM];
    const [read] = stages((await runCli(args)).stdout);
    expect(read[0]).toBe('; input input 1x32x32x3 float32');
  });

  it('fails as load() does', async () => {
    const { stdout, stderr, exitCode } = await runCli(['inspect', 'nowhere.tflite']);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).toContain('[MODEL_NOT_FOUND]');
  });
});

describe('MOBILENET_EDGE_DEBUG', () => {
  const bench = ['bench', '--model', model, '--runs', '1', '--json', ...WASM];

  it('=program prints the same on stderr when a model is loaded', async () => {
    const { stdout, stderr, exitCode } = await runCli(bench, { MOBILENET_EDGE_DEBUG: 'program' });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ isa: 'simd128' });
    expect(stages(stderr)).toEqual(stages((await runCli(['inspect', model, ...WASM])).stdout));
  });

  it('prints nothing where it is empty, and is refused where it is something else', async () => {
    expect(await runCli(bench, { MOBILENET_EDGE_DEBUG: '' })).toMatchObject({ stderr: '', exitCode: 0 });
    const { stdout, stderr } = await runCli(bench, { MOBILENET_EDGE_DEBUG: 'everything' });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/MOBILENET_EDGE_DEBUG to be 'program' but received 'everything'/);
  });
});
