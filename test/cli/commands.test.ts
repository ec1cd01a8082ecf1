import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { load, mobilenetV2 } from '../../lib';
import { packageRoot } from '../support/package_root';
import { outcome, runCli, startCli } from '../support/run_cli';

const SMALL = ['--architecture', 'mobilenet_v2', '--alpha', '0.35', '--size', '96'];

describe('help and version', () => {
  it.each([
    [['--help'], 'Usage: mobilenet-edge <command>'],
    [['-h'], 'Usage: mobilenet-edge <command>'],
    [['classify', '--help'], 'Usage: mobilenet-edge classify'],
    [['summary', '--model', 'x', '-h'], 'Usage: mobilenet-edge summary'],
    [['bench', '--help'], 'Usage: mobilenet-edge bench'],
    [['inspect', '--help'], 'Usage: mobilenet-edge inspect'],
  ])('%j prints help on stdout', async (args, beginning) => {
    const { stdout, stderr, exitCode } = await runCli(args);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout.startsWith(beginning)).toBe(true);
  });

  it('--version prints that of package.json', async () => {
    const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
    expect(await runCli(['--version'])).toMatchObject({ stdout: `${version}\n`, stderr: '', exitCode: 0 });
  });
});

describe('wrong usage ends with 2, one line and a hint on stderr, nothing on stdout', () => {
  it.each([
    [[], /Expected a command .* received none/],
    [['frobnicate'], /received 'frobnicate'/],
    [['classify', 'a.png'], /Expected --model <file>/],
    [['classify', '--model', 'm'], /Expected at least one image/],
    [['classify', 'a.png', '--model'], /--model/],
    [['classify', 'a.png', '--model', 'm', '--unknown'], /--unknown/],
    [['classify', 'a.png', '--model', 'm', '--top', '0'], /--top .*'0'/],
    [['classify', 'a.png', '--model', 'm', '--top', '-1'], /--top .*'-1'/],
    [['classify', 'a.png', '--model', 'm', '--top', 'many'], /--top .*'many'/],
    [['classify', 'a.png', '--model', 'm', '--top', '1000000000'], /1000000000/],
    [['classify', 'a.png', '--model', 'm', '--threads', '1.5'], /--threads .*'1.5'/],
    [['summary'], /--model <file> or --architecture/],
    [['summary', 'stray', ...SMALL], /stray/],
    [['summary', '--architecture', 'mobilenet_v3'], /mobilenet_v3/],
    [['summary', '--model', 'm', '--architecture', 'mobilenet_v1'], /both/],
    [['summary', '--model', 'm', '--alpha', '1'], /--alpha and --size/],
    [['summary', '--architecture', 'mobilenet_v1', '--alpha', '99'], /99/],
    [['inspect'], /Expected a model file or --architecture <name>/],
    [['inspect', 'a.tflite', 'b.tflite'], /Expected one model file but received 2/],
    [['inspect', 'a.tflite', '--architecture', 'mobilenet_v1'], /both/],
    [['bench', ...SMALL, '--runs', '0'], /--runs .*'0'/],
    [['bench', ...SMALL, '--threads', '65'], /65/],
    [['bench', ...SMALL, '--backend', 'abacus'], /abacus/],
    [['bench', ...SMALL, '--precision', 'float64'], /float64/],
  ])('%j', async (args, message) => {
    const { stdout, stderr, exitCode } = await runCli(args);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    const command = ['classify', 'summary', 'bench', 'inspect'].includes(args[0]) ? ` ${args[0]}` : '';
    expect(stderr).toMatch(message);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^mobilenet-edge: /),
      `Try 'mobilenet-edge${command} --help'`,
      '',
    ]);
  });
});

describe('failures end with 1 and one line with the code on stderr', () => {
  it.each([
    [['summary', '--model', 'nowhere.tflite'], 'MODEL_NOT_FOUND'],
    [['classify', 'a.png', '--model', 'nowhere.tflite', '--json'], 'MODEL_NOT_FOUND'],
    [['summary', '--model', __filename], 'MODEL_(INVALID|UNSUPPORTED)'],
    [['bench', ...SMALL, '--precision', 'int8'], 'MODEL_UNSUPPORTED'],
    [['bench', ...SMALL, '--isa', 'abacus'], 'BACKEND_UNAVAILABLE'],
    [['bench', ...SMALL, '--backend', 'wasm', '--precision', 'float16'], 'BACKEND_UNAVAILABLE'],
  ])('%j', async (args, code) => {
    const { stdout, stderr, exitCode } = await runCli(args);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).toMatch(new RegExp(`^mobilenet-edge: .+ \\[${code}\\]\\n$`));
  });
});

describe('summary', () => {
  it.each([
    ['mobilenet_v1', 4.2, 569],
    ['mobilenet_v2', 3.5, 300],
  ])("%s 1.0/224 has the paper's %s M parameters and %s M multiply-accumulates", async (architecture, params, macs) => {
    const args = ['summary', '--architecture', architecture, '--alpha', '1', '--size', '224', '--json'];
    const { stdout, stderr, exitCode } = await runCli(args);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({ architecture, alpha: 1, inputShape: [1, 224, 224, 3], classes: 1000 });
    expect((summary.parameters / 1e6).toFixed(1)).toBe(params.toFixed(1));
    expect(Math.abs(summary.macs / 1e6 - macs)).toBeLessThan(1);
    const sum = (key: string) => summary.layers.reduce((total: number, layer: never) => total + layer[key], 0);
    expect({ parameters: sum('parameters'), macs: sum('macs') }).toEqual({
      parameters: summary.parameters,
      macs: summary.macs,
    });
    expect(summary.layers[0]).toMatchObject({ op: 'conv2d', shape: [112, 112, 32], kernel: [3, 3], stride: [2, 2] });
  });

  it('prints a table whose columns align', async () => {
    const { stdout, stderr, exitCode } = await runCli(['summary', ...SMALL]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const [title, facts, blank, ...lines] = stdout.trimEnd().split('\n');
    expect(title).toBe('MobileNet v2 0.35/96');
    expect(facts).toMatch(/^random weights · input 96x96x3 float32 · 1,000 classes/);
    expect(blank).toBe('');
    const rule = lines.at(-2)!;
    expect(rule).toMatch(/^─+$/);
    const table = lines.filter((line) => line !== rule);
    expect(table[0]).toMatch(/^Layer +Operator +Output +Kernel +Stride +Parameters +MACs$/);
    // Two columns are aligned at their left edge, numbers at their right one; convolutions fill every column.
    const rows = table.filter((line) => / conv2d | depthwise_conv2d /.test(line));
    expect(rows).toHaveLength(52);
    for (const row of rows) {
      expect(row).toHaveLength(rule.length);
      expect(row.search(/(depthwise_)?conv2d /)).toBe(table[0].indexOf('Operator'));
    }
    for (const column of ['Output', 'Kernel', 'Stride', 'Parameters', 'MACs']) {
      const end = table[0].indexOf(column) + column.length;
      for (const row of rows) expect(row.slice(end - 1, end + 1)).toMatch(/^\d ?$/);
    }
  });
});

describe('bench', () => {
  it.each(['auto', 'wasm'])('--backend %s reports its measurements', async (backend) => {
    const { stdout, stderr, exitCode } = await runCli([
      'bench',
      ...SMALL,
      '--backend',
      backend,
      '--runs',
      '4',
      '--json',
    ]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const result = JSON.parse(stdout);
    const model = await load(mobilenetV2({ alpha: 0.35, inputSize: 96 }), { backend: backend as 'auto' | 'wasm' });
    const { isa, threads, macs, arenaBytes } = model.info;
    expect(result).toEqual({
      backend: model.info.backend,
      isa,
      threads,
      precision: 'float32',
      loadMs: expect.any(Number),
      firstMs: expect.any(Number),
      medianMs: expect.any(Number),
      minMs: expect.any(Number),
      rssMb: expect.any(Number),
      macs,
      arenaBytes,
    });
    model.close();
    expect(result.minMs).toBeGreaterThan(0);
    expect(result.medianMs).toBeGreaterThanOrEqual(result.minMs);
    expect(result.rssMb).toBeGreaterThan(20);
  });

  it('prints numbers whose decimal points align', async () => {
    const { stdout, stderr, exitCode } = await runCli(['bench', ...SMALL, '--runs', '3', '--threads', '1']);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    // Where there is no addon, one more line says why.
    const lines = stdout.trimEnd().split('\n');
    const [title, engine, blank, ...quantities] = lines.filter((line) => !line.startsWith('Native engine not used: '));
    expect({ title, blank }).toEqual({ title: 'MobileNet v2 0.35/96', blank: '' });
    expect(engine).toMatch(/^(native|wasm) \(\S+\) · float32$/);
    expect(quantities).toHaveLength(7);
    expect(new Set(quantities.map((line) => line.search(/\.\d\d /)))).toHaveLength(1);
  });
});

describe('as a process', () => {
  it('a reader that leaves is no failure', async () => {
    const child = startCli(['summary', ...SMALL]);
    const ended = outcome(child);
    child.stdout.destroy();
    expect(await ended).toMatchObject({ stderr: '', exitCode: 0, signal: null });
  });

  it('SIGINT ends it', async () => {
    const child = startCli(['bench', ...SMALL, '--runs', '100000000']);
    const ended = outcome(child);
    setTimeout(() => child.kill('SIGINT'), 1000);
    expect(await ended).toEqual({ stdout: '', stderr: '', exitCode: null, signal: 'SIGINT' });
  });
});
