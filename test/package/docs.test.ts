/** The pages say what the code does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../support/package_root';

const read = (path: string): string => readFileSync(join(packageRoot(), path), 'utf8');
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

describe('docs/errors.md', () => {
  it('has every code, and no other', () => {
    const codes = sorted(Array.from(read('lib/base/errors.ts').matchAll(/^ {2}\| '([A-Z_]+)'/gm), ([, code]) => code));
    expect(codes.length).toBeGreaterThan(10);
    expect(sorted(Array.from(read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \|/gm), ([, code]) => code))).toEqual(
      codes,
    );
  });
});
