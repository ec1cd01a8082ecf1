/** What the command line takes for pictures, and how it tells how far it is. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPictures } from '../../lib/cli/pictures';
import { Progress } from '../../lib/cli/progress';
import { packageRoot } from '../support/package_root';
import { type Outcome, outcome, runCli, type startCli } from '../support/run_cli';

const BABOON = join(dirname(require.resolve('baboon-image/package.json')), 'baboon.png');
const FILES = ['10.PNG', '2.png', 'sub/deep/a.jpeg', 'sub/b.webp', 'sub/notes.txt', '.hidden.png', '.git/c.png'];
const ODD = 'odd [name]*.png';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mobilenet-edge-pictures-'));
  for (const file of [...FILES, ODD]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(BABOON, join(folder, file));
  }
  mkdirSync(join(folder, 'empty'));
  symlinkSync('2.png', join(folder, 'sub', 'link.png'));
  symlinkSync('..', join(folder, 'sub', 'circle'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function found(...args: string[]): Promise<string[]> {
  const pictures = await findPictures(args, process.stdin);
  return pictures.map(({ name }) => (name === '-' ? name : relative(folder, name)));
}

describe('pictures of a command line', () => {
  it('are the files of a folder and its subfolders, frame 2 before frame 10, hidden ones passed over', async () => {
    expect(await found(folder)).toEqual(['2.png', '10.PNG', ODD, 'sub/b.webp', 'sub/deep/a.jpeg', 'sub/link.png']);
  });

  it.each([
    ['*.png', ['2.png', ODD]],
    ['**/*.{jpeg,webp}', ['sub/b.webp', 'sub/deep/a.jpeg']],
    ['sub/*.webp', ['sub/b.webp']],
    ['1?.PNG', ['10.PNG']],
  ])('match the pattern %s', async (pattern, expected) => {
    expect(await found(join(folder, pattern))).toEqual(expected);
  });

  it('are a file whose name reads as a pattern, if there is one', async () => {
    expect(await found(join(folder, ODD))).toEqual([ODD]);
  });

  it('are what is named, whatever it is: later errors tell', async () => {
    expect(await found(join(folder, 'sub/notes.txt'), join(folder, 'nowhere.png'))).toEqual([
      'sub/notes.txt',
      'nowhere.png',
    ]);
    expect((await findPictures(['https://example.org/*.png'], process.stdin))[0].name).toBe(
      'https://example.org/*.png',
    );
  });

  it('keep the order of the arguments, and stdin its place', async () => {
    expect(await found(join(folder, 'sub'), '-', join(folder, '2.png'))).toEqual([
      'sub/b.webp',
      'sub/deep/a.jpeg',
      'sub/link.png',
      '-',
      '2.png',
    ]);
  });

  it('are an error where a folder or a pattern has none, or stdin is named twice', async () => {
    await expect(found(join(folder, 'empty'))).rejects.toThrow(/folder .*empty but found none/);
    await expect(found(join(folder, '*.gif'))).rejects.toThrow(/pattern .*\*\.gif but found none/);
    await expect(found('-', '-')).rejects.toThrow(/at most once/);
  });
});

describe('classify', () => {
  let flags: string[];
  beforeAll(async () => {
    const { nsfwjsModel } = await import('../../scripts/nsfwjs_model.mjs');
    const { modelTopology, weightSpecs, weightData } = nsfwjsModel();
    const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
    const model = join(folder, 'model');
    mkdirSync(model);
    writeFileSync(
      join(model, 'model.json'),
      JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest }),
    );
    writeFileSync(join(model, 'weights.bin'), new Uint8Array(weightData));
    writeFileSync(join(model, 'labels.txt'), 'Drawing\nHentai\nNeutral\nPorn\nSexy');
    flags = ['--model', model, '--labels', join(model, 'labels.txt'), '--crop', 'stretch', '--range', '0..1'];
  });

  const classify = (...args: string[]): Promise<Outcome> => runCli(['classify', ...flags, ...args]);

  it('--jsonl prints a line for each picture, failures among them', async () => {
    const { stdout, stderr, exitCode } = await classify(BABOON, 'nowhere.png', BABOON, '--jsonl', '--top', '1');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/nowhere\.png.*IMAGE_NOT_FOUND/);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => Object.keys(JSON.parse(line)).join())).toEqual([
      'image,classes,decodeMs,ms',
      'image,error',
      'image,classes,decodeMs,ms',
    ]);
  });

  it('--threshold, --allow and --deny choose what is printed', async () => {
    const names = async (...args: string[]): Promise<string[]> => {
      const { stdout, stderr } = await classify(BABOON, '--jsonl', ...args);
      expect(stderr).toBe('');
      return JSON.parse(stdout).classes.map(({ className }: { className: string }) => className);
    };
    expect(await names('--threshold', '0.5')).toEqual(['Neutral']);
    expect((await names('--allow', 'Sexy', '--allow', 'Drawing')).sort()).toEqual(['Drawing', 'Sexy']);
    expect((await names('--deny', 'Neutral')).includes('Neutral')).toBe(false);
  });

  it.each([
    [['--threshold', '50'], 2, /--threshold.*'50'/],
    [['--allow', 'Neutrl'], 2, /did you mean 'Neutral'/],
    [['--json', '--jsonl'], 2, /--json or --jsonl/],
  ] as const)('refuses %j', async (args, code, message) => {
    const { stdout, stderr, exitCode } = await classify(BABOON, ...args);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: code });
    expect(stderr).toMatch(message);
  });

  it('- reads a picture from stdin', async () => {
    const child = spawn(
      process.execPath,
      [join(packageRoot(), 'dist', 'cli', 'main.js'), 'classify', ...flags, '-', '--jsonl'],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
    const { createReadStream } = await import('node:fs');
    createReadStream(BABOON).pipe(child.stdin);
    const { stdout, exitCode } = await outcome(child as unknown as ReturnType<typeof startCli>);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ image: '-', classes: [{ className: 'Neutral' }, {}, {}, {}, {}] });
  });
});

describe('the line of progress', () => {
  /** What a terminal would be sent. */
  function terminal(isTTY = true) {
    const written: string[] = [];
    return { written, stream: { isTTY, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream };
  }

  it('is drawn anew in its place, and gone at the end', () => {
    const { written, stream } = terminal();
    const progress = new Progress(stream, 2);
    progress.clear();
    progress.advance();
    progress.clear();
    progress.advance();
    expect(written.map((text) => text.startsWith('\r\x1b[2K'))).toEqual([true, true, true, true]);
    expect(written[0]).toContain('0 of 2');
    expect(written[2]).toContain('1 of 2');
    expect(written.at(-1)).toBe('\r\x1b[2K');
  });

  it('is not written to what is no terminal, nor for one picture', () => {
    for (const [isTTY, total] of [
      [false, 9],
      [true, 1],
    ] as const) {
      const { written, stream } = terminal(isTTY);
      const progress = new Progress(stream, total);
      progress.clear();
      progress.advance();
      expect(written).toEqual([]);
    }
  });
});
