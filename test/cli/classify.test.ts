import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bar, styleFor } from '../../lib/cli/render';
import { type Outcome, runCli } from '../support/run_cli';
import { hasShared, sharedPath } from '../support/shared';

const BABOON = join(dirname(require.resolve('baboon-image/package.json')), 'baboon.png');
const ESCAPE = '\x1b';
/** One column wide and two, and a name with a terminal's control sequence. */
const LABELS = ['Drawing', '달걀', 'Neutral', `${ESCAPE}[2Jwiped`, '방울토마토'];

let folder: string;
let flags: string[];

beforeAll(async () => {
  const { nsfwjsModel } = await import('../../scripts/nsfwjs_model.mjs');
  const { modelTopology, weightSpecs, weightData } = nsfwjsModel();
  folder = mkdtempSync(join(tmpdir(), 'mobilenet-edge-cli-'));
  const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
  writeFileSync(join(folder, 'model.json'), JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest }));
  writeFileSync(join(folder, 'weights.bin'), new Uint8Array(weightData));
  writeFileSync(join(folder, 'labels.txt'), LABELS.join('\n'));
  flags = ['--model', folder, '--labels', join(folder, 'labels.txt'), '--crop', 'stretch', '--range', '0..1'];
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function classify(...args: string[]): Promise<Outcome> {
  return runCli(['classify', ...flags, ...args]);
}

describe('classify --json', () => {
  it.each(['auto', 'wasm'])('--backend %s prints one JSON value with the classes of every image', async (backend) => {
    const { stdout, stderr, exitCode } = await classify(BABOON, BABOON, '--backend', backend, '--json');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const { results, model, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({});
    expect(model).toMatchObject({
      architecture: 'mobilenet_v2',
      alpha: 1,
      format: 'tfjs-layers',
      precision: 'float32',
    });
    expect(model.preprocess).toEqual({ crop: 'stretch', resize: 'bilinear', range: '0..1' });
    expect(model.loadMs).toBeGreaterThan(0);
    if (backend === 'wasm') expect(model.backend).toBe('wasm');
    expect(results).toHaveLength(2);
    for (const { image, classes, decodeMs, ms } of results) {
      expect(image).toBe(BABOON);
      expect(decodeMs).toBeGreaterThan(0);
      expect(ms).toBeGreaterThan(0);
      expect(classes).toHaveLength(5);
      expect(classes[0]).toEqual({ className: 'Neutral', probability: expect.any(Number), index: 2 });
      const probabilities: number[] = classes.map(({ probability }: { probability: number }) => probability);
      expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
      expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    }
  });

  it('answers for the other images where one fails', async () => {
    const { stdout, stderr, exitCode } = await classify('nowhere.png', __filename, BABOON, '--json', '--top', '1');
    expect(exitCode).toBe(1);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^mobilenet-edge: .*nowhere\.png.* \[IMAGE_NOT_FOUND\]$/),
      expect.stringMatching(/^mobilenet-edge: .*classify\.test\.ts: .* \[IMAGE_INVALID\]$/),
      '',
    ]);
    const [missing, invalid, good] = JSON.parse(stdout).results;
    expect(missing).toEqual({
      image: 'nowhere.png',
      error: { code: 'IMAGE_NOT_FOUND', message: expect.stringContaining('nowhere.png') },
    });
    expect(invalid.error.code).toBe('IMAGE_INVALID');
    expect(good.classes).toHaveLength(1);
  });

  it('range is heard: another one gives other probabilities', async () => {
    const probability = async (range: string): Promise<number> => {
      const { stdout } = await runCli(['classify', BABOON, '--model', folder, '--range', range, '--json']);
      return JSON.parse(stdout).results[0].classes[0].probability;
    };
    expect(await probability('-1..1')).not.toBe(await probability('0..1'));
  });

  it.each([
    ['--range', '0..2'],
    ['--crop', 'oval'],
    ['--resize', 'psychic'],
  ])('%s %s is wrong usage', async (flag, value) => {
    const { stdout, stderr, exitCode } = await classify(BABOON, flag, value);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toContain(value);
  });

  it('labels that do not fit are a failure', async () => {
    writeFileSync(join(folder, 'three.txt'), 'a\nb\nc\n');
    const { stdout, stderr, exitCode } = await classify(BABOON, '--labels', join(folder, 'three.txt'));
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).toMatch(/\[LABELS_INVALID\]\n$/);
  });
});

describe('classify for people', () => {
  it('aligns bars and names, wide ones too, and keeps escape sequences of labels out', async () => {
    const { stdout, stderr, exitCode } = await classify(BABOON);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).not.toContain(ESCAPE);
    const [image, ...lines] = stdout.trimEnd().split('\n');
    expect(image).toBe(BABOON);
    const classes = lines.slice(0, 5);
    // What stands before a name is one column a character.
    const starts = classes.map((line) => line.search(/Drawing|달걀|Neutral|\ufffd\[2Jwiped|방울토마토/));
    expect(new Set(starts)).toEqual(new Set([starts[0]]));
    expect(starts[0]).toBeGreaterThan(0);
    for (const line of classes) expect(line).toMatch(/^ *(<0\.1|\d+\.\d) % {2}[█▏▎▍▌▋▊▉ ]{24} {2}\S/);
    // Where there is no addon, one more line says why.
    expect(lines.filter((line) => !line.startsWith('Native engine not used: ')).at(-1)).toMatch(
      /^(native|wasm) \(\S+\)( · \d+ threads)? · float32 · load [\d.,]+ ms · decode .+ ms · inference .+ ms$/,
    );
  });

  it.each([
    ['piped', {}, false],
    ['piped with FORCE_COLOR', { FORCE_COLOR: '1' }, true],
    ['piped with FORCE_COLOR=0', { FORCE_COLOR: '0' }, false],
  ])('%s: %j', async (_, env, coloured) => {
    const { stdout } = await runCli(['classify', BABOON, ...flags], env);
    expect(stdout.includes(`${ESCAPE}[1m`)).toBe(coloured);
  });

  it.each([
    ['a terminal', { isTTY: true }, {}, true],
    ['a terminal with NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, true],
    ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
    ['FORCE_COLOR over NO_COLOR', {}, { NO_COLOR: '1', FORCE_COLOR: '1' }, true],
  ])('colour on %s', (_, stream, env, coloured) => {
    expect(styleFor(stream, env).bold('x') !== 'x').toBe(coloured);
  });

  it.each([
    [0, '    '],
    [1, '████'],
    [0.5, '██  '],
    [5 / 32, '▋   '],
    [31 / 32, '███▉'],
    [1.5, '████'],
    [-1, '    '],
  ])('a bar of %d', (fraction, expected) => {
    expect(bar(fraction, 4)).toBe(expected);
  });
});

describe.skipIf(!hasShared)('real models', () => {
  it.each([
    ['parrot.jpg', 'macaw'],
    ['sunflower.bmp', 'daisy'],
    ['hot_dog.jpg', 'hotdog, hot dog, red hot'],
    ['panda.jpg', 'giant panda, panda, panda bear, coon bear, Ailuropoda melanoleuca'],
  ])('%s is %s on every backend', async (picture, className) => {
    for (const backend of ['auto', 'wasm']) {
      const { stdout, stderr } = await runCli([
        ...['classify', sharedPath('images', picture), '--backend', backend, '--precision', 'float32', '--json'],
        ...['--model', sharedPath('models', 'mobilenet_v2_1.0_224_quant.tflite')],
        ...['--labels', sharedPath('models', 'imagenet_labels.txt')],
      ]);
      expect(stderr).toBe('');
      expect(JSON.parse(stdout).results[0].classes[0].className).toBe(className);
    }
  });

  it('a Teachable Machine export answers with its own labels', async () => {
    const model = sharedPath('models', 'teachable_machine_food14');
    const { stdout } = await runCli(['classify', sharedPath('images', 'hot_dog.jpg'), '--model', model, '--json']);
    expect(JSON.parse(stdout).results[0].classes[0].className).toMatch(/^\p{Script=Hangul}+$/u);
  });
});
