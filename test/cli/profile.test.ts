/** `bench --profile`: the time of each op, as a table, as JSON and as a chart. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, test } from 'vitest';
import { load, mobilenetV2 } from '../../lib';
import { profileChart } from '../../lib/cli/profile_chart';
import { elementCount } from '../../lib/graph/graph';
import { addon } from '../support/native_addon';
import { runCli } from '../support/run_cli';

const folder = mkdtempSync(join(tmpdir(), 'profile-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SMALL = ['bench', '--architecture', 'mobilenet_v2', '--alpha', '0.35', '--size', '96', '--runs', '3'];

describe.each(['native', 'wasm'] as const)('bench --profile, %s', (backend) => {
  beforeEach(({ skip }) => {
    if (backend === 'native' && !addon) skip();
  });

  it.each([1, 2])('tells the time of each op on %i threads', async (threads) => {
    const args = [...SMALL, '--backend', backend, '--threads', `${threads}`, '--profile', '--json'];
    const { stdout, stderr, exitCode } = await runCli(args);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const { macs, profile } = JSON.parse(stdout);
    const sum = (key: string) => profile.ops.reduce((total: number, op: never) => total + op[key], 0);
    expect(sum('macs')).toBe(macs);
    expect(sum('ms')).toBeCloseTo(profile.ms, 1);
    expect(profile.limitGmacs).toBeGreaterThan(0);
    const layers = profile.ops.flatMap((op: { layers: string[] }) => op.layers);
    expect(new Set(layers).size).toBe(layers.length);
    expect([layers[0], layers.at(-1)]).toEqual(['Conv1', 'softmax']);
    for (const { ms, macs, gmacs, share } of profile.ops) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(gmacs).toBeCloseTo(ms > 0 ? macs / ms / 1e6 : 0, 2);
      expect(share).toBeCloseTo(gmacs / profile.limitGmacs, 2);
    }
  });

  it.each(['html', 'svg'])('draws a chart in .%s that needs nothing else', async (extension) => {
    const file = join(folder, `chart.${extension}`);
    const { stdout, stderr, exitCode } = await runCli([...SMALL, '--backend', backend, '--profile', file]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toMatch(/^Layers +Op +Output +MMACs +ms +Time +GMAC\/s +Limit/m);
    expect(stdout).toMatch(/^Total .* 100\.0 %/m);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(`Chart: ${file}`);
    const chart = readFileSync(file, 'utf8');
    expect(chart.startsWith(extension === 'html' ? '<!doctype html>' : '<svg ')).toBe(true);
    expect(chart).toContain('MobileNet v2 0.35/96');
    expect(chart).toContain('prefers-color-scheme: dark');
    // No script, no address but the name space's.
    expect(chart.match(/<script|https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
    expect(chart.match(/<g class="\w+"><title>/g)!.length).toBeGreaterThan(40);
  });

  test('gives the milliseconds of each op, and the answers after it are right', async () => {
    const graph = mobilenetV2({ alpha: 0.35, inputSize: 64, classes: 4 });
    const input = new Float32Array(elementCount(graph.input.shape)).fill(0.25);
    const model = await load(graph, { backend, threads: 2 });
    const before = (await model.predict(input)).data;
    const start = performance.now();
    const [times] = await Promise.all([model.profile(input), model.predict(input)]);
    const elapsed = performance.now() - start;
    expect(times.length).toBeGreaterThan(40);
    for (const { ms } of times) expect(ms).toBeGreaterThanOrEqual(0);
    const sum = times.reduce((total, { ms }) => total + ms, 0);
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThan(elapsed);
    expect((await model.predict(input)).data).toEqual(before);
    await expect(model.profile(input.subarray(1))).rejects.toMatchObject({ code: 'TENSOR_INVALID' });
    model.close();
    await expect(model.profile(input)).rejects.toMatchObject({ code: 'MODEL_CLOSED' });
  });
});

test('another kind of file is refused', async () => {
  const { stderr, exitCode } = await runCli([...SMALL, '--profile', 'chart.png']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("received 'chart.png'");
});

test('names of layers cannot break out of the chart', async () => {
  const model = await load(mobilenetV2({ alpha: 0.35, inputSize: 64, classes: 4 }));
  const name = '<script>"&\u0007';
  const op = { layers: [name], name, op: 'conv2d', shape: [1, 1, 8], macs: 1e6, ms: 1, gmacs: 1, share: 0.5 };
  const chart = profileChart(model.info, { limitGmacs: 2, ms: 1, gmacs: 1, share: 0.5, ops: [op] });
  expect(chart).not.toContain('<script');
  expect(chart).not.toContain('\u0007');
  expect(chart).toContain('&#60;script&#62;&#34;&#38;');
  model.close();
});
