/** No pattern in lib takes longer than its text is long: much of that text comes from files of strangers. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { describe, expect, test } from 'vitest';
import { backtracks } from '../support/backtracking';
import { packageRoot } from '../support/package_root';

const LIB = join(packageRoot(), 'lib');

/** Every pattern that stands in a file of lib. */
function patternsIn(file: string): { pattern: string; flags: string }[] {
  const found: { pattern: string; flags: string }[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, regex, callee } = node as {
      type?: string;
      regex?: { pattern: string; flags: string };
      callee?: { name?: string };
    };
    if (regex) found.push(regex);
    // Its pattern could not be judged here.
    if ((type === 'NewExpression' || type === 'CallExpression') && callee?.name === 'RegExp') {
      throw new Error(`${file} makes a RegExp of a string`);
    }
    for (const part of Object.values(node)) visit(part);
  };
  visit(parseAst(readFileSync(join(LIB, file), 'utf8'), { lang: 'ts' }));
  return found;
}

const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((name) => /(?<!\.d)\.m?ts$/.test(name));
const patterns = files.flatMap((file) => patternsIn(file).map(({ pattern, flags }) => [file, pattern, flags] as const));

test('there are patterns to judge', () => expect(patterns.length).toBeGreaterThan(20));

test.each(patterns)('%s: /%s/%s', (_file, pattern, flags) => {
  expect(backtracks(pattern, flags)).toBeUndefined();
});

describe('the judge', () => {
  test.each([
    ['^(\\d+)\\s+(.*)$', ''],
    ['\\s*\\n\\s*', 'g'],
    ['^\\d*\\.?\\d+$', ''],
    ['^[a-z]+\\w+', ''],
    ['^a*b?a*$', ''],
    ['(?:\\w+)x', ''],
    ['^(?:a+|b)+$', ''],
    ['^(?:ab)*$', ''],
    ['^.*x.*y', ''],
    ['^\\w{2,}[0-9]*', ''],
  ])('finds /%s/%s', (pattern, flags) => {
    let verdict: string | undefined;
    try {
      verdict = backtracks(pattern, flags);
    } catch (error) {
      verdict = (error as Error).message;
    }
    expect(verdict).toBeDefined();
  });

  test.each([
    ['^\\d+', ''],
    ['^(\\d+|\\d*\\.\\d+)$', ''],
    ['\\s+', 'g'],
    ['^(n01440764\\s+)?tench\\b', 'i'],
    ['^(serving_default_)?sequential_\\d+_input(:0)?$', ''],
    ['\\r\\n|\\n|\\r', ''],
  ])('lets /%s/%s pass', (pattern, flags) => expect(backtracks(pattern, flags)).toBeUndefined());
});
