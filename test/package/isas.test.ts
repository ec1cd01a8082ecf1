/** native/isas.json is the one table of native instruction sets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { helpText } from '../../lib/cli/help';
import { WASM_ISAS } from '../../lib/engines/engine';
import { NATIVE_ISAS } from '../../lib/engines/isas';
import { ISAS, isasModule, kernelsGypi } from '../../scripts/generate_isas.mjs';
import { packageRoot } from '../support/package_root';

const read = (...path: string[]): string => readFileSync(join(packageRoot(), ...path), 'utf8');

test('what gyp and lib read is up to date (`npm run generate`)', () => {
  expect(read('native', 'kernels.gypi')).toBe(kernelsGypi());
  expect(read('lib', 'engines', 'isas.ts')).toBe(isasModule());
});

test.each([...new Set(ISAS.map(({ name }) => name))])('native/cpu.cc chooses %s where the CPU has it', (isa) => {
  expect(read('native', 'cpu.cc')).toContain(`overlay_${isa}`);
});

describe('the names that may be asked for stand in', () => {
  const names = [...NATIVE_ISAS, ...WASM_ISAS];

  test.each([
    ['docs/api.md', names.join('\\|')],
    ['CONTRIBUTING.md', names.join('|')],
    ['lib/node/load.ts', names.map((name) => `'${name}'`).join(', ')],
  ])('%s', (file, list) => {
    expect(read(file)).toContain(list);
  });

  test('--help', () => {
    for (const command of ['classify', 'bench']) expect(helpText(command)).toContain(names.join(', '));
  });
});
