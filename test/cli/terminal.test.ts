/** Names from files reach a terminal without anything that it obeys, however they get there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printableJson } from '../../lib/base/errors';
import { shortNames } from '../../lib/cli/summary';
import { smallFloatNetwork } from '../fixtures/small_tflite';
import { buildTflite } from '../fixtures/tflite_builder';
import { longTexts } from '../support/long_texts';
import { runCli } from '../support/run_cli';

/** Clears the screen, in two ways; turns the direction of writing; begins a line of its own; ends the text. */
const HOSTILE = 'a\x1b[2J\x9b2J\u202eb\u2066\u200f\u2028c\x07\x08\r\nd';
/** Printed text may have colours nowhere here, and line feeds. */
const OBEYED = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

let folder: string;
let model: string;
let chart: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'terminal-'));
  model = join(folder, 'model\x1b[2J\u202e.tflite');
  chart = join(folder, 'chart.svg');
  const network = smallFloatNetwork();
  const tensors = network.tensors.map((tensor, i) => ({ ...tensor, name: `${HOSTILE}/${HOSTILE}${i}` }));
  writeFileSync(model, buildTflite({ ...network, tensors }));
  writeFileSync(
    join(folder, 'labels.txt'),
    Array(5)
      .fill(HOSTILE.replaceAll(/[\r\n]/g, ''))
      .join('\n'),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each<[string, () => string[]]>([
  ['summary', () => ['summary', '--model', model]],
  ['summary --json', () => ['summary', '--model', model, '--json']],
  ['bench --profile', () => ['bench', '--model', model, '--backend', 'wasm', '--runs', '1', '--profile', chart]],
  ['classify', () => ['classify', join(folder, `\x1b[2J\u202e.png`), '--model', model, '--backend', 'wasm']],
  ['classify --json', () => ['classify', `\x9b.png`, '--model', model, '--backend', 'wasm', '--json']],
  ['classify --jsonl', () => ['classify', `\x9b\u202e.png`, '--model', model, '--backend', 'wasm', '--jsonl']],
  ['a model that is not there', () => ['summary', '--model', `${folder}/\x1b[2J\x9b\u202e`]],
  ['a flag that does not exist', () => ['summary', `--\x1b[2J\x9b\u202e`]],
  ['a command that does not exist', () => [`\x1b[2J\x9b\u202e`]],
])('%s', (_name, args) => {
  test('prints nothing that a terminal obeys', async () => {
    const { stdout, stderr } = await runCli(args());
    expect(stdout + stderr).not.toBe('');
    expect(stdout).not.toMatch(OBEYED);
    expect(stderr).not.toMatch(OBEYED);
  });
});

test('JSON is the same value with all of these escaped', async () => {
  const value = { [HOSTILE]: [HOSTILE, '\ud800', 1] };
  const text = printableJson(value, 2);
  expect(text).not.toMatch(OBEYED);
  expect(JSON.parse(text)).toEqual(value);
  const { stdout } = await runCli(['summary', '--model', model, '--json']);
  expect(JSON.parse(stdout).layers[0].name).toContain(HOSTILE);
});

describe('names of layers', () => {
  test('are cut at the scopes that all begin with', () => {
    expect(shortNames(['net/a/conv', 'net/a/relu', 'net/add'])).toEqual(['a/conv', 'a/relu', 'add']);
    expect(shortNames(['net/conv', 'network/conv'])).toEqual(['net/conv', 'network/conv']);
    expect(shortNames(['net/a;net/b', 'net/c'])).toEqual(['a', 'c']);
    expect(shortNames([])).toEqual([]);
    expect(shortNames(['x'.repeat(99)])).toEqual([`…${'x'.repeat(39)}`]);
  });

  test.each(longTexts)('of a megabyte of %s end', (_name, text) => {
    const names = [`${text}1`, `${text}2`, ...Array.from({ length: 20 }, (_, i) => `${text}${i}`)];
    for (const name of shortNames(names)) expect(name.length).toBeLessThanOrEqual(40);
  });
});
