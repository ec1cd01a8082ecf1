import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mobilenetV2 } from '../../lib/architectures/mobilenet_v2';
import { compile } from '../../lib/compile/compile';
import { simplify } from '../../lib/passes/simplify';
import * as fields from '../../lib/program/fields';
import * as limits from '../../lib/program/limits';
import { listing } from '../../lib/program/listing';
import { type Geometry, panelWidth } from '../../lib/program/program';
import * as schema from '../../lib/program/schema';
import { encode, SCHEMA } from '../../lib/program/schema';
import { generatedFiles } from '../../scripts/generate_program.mjs';
import { packageRoot } from '../support/package_root';

const root = packageRoot();
const geometry: Geometry = { panel: 16, lastPanel: 24, channelGroup: 8, fuseFromHeight: 28 };

test.each(Object.entries(generatedFiles({ ...schema, ...fields, ...limits })))('%s is up to date', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});

test('opcodes are distinct', () => {
  const opcodes = Object.values(SCHEMA).map(({ opcode }) => opcode);
  expect(new Set(opcodes).size).toBe(opcodes.length);
});

test('encode writes header and fields in order and rejects what does not fit', () => {
  const fields = {
    input: 64,
    input_stride: 8,
    output: 0,
    output_stride: 8,
    pixels: 1,
    channels: 5,
    pixels_per_chunk: 6,
  };
  expect([...encode([{ name: 'sigmoid', chunks: 1, fields }])]).toEqual([8, 10, 1, 64, 8, 0, 8, 1, 5, 6]);
  const wrong = { ...fields, input: 2 ** 31 };
  expect(() => encode([{ name: 'sigmoid', chunks: 1, fields: wrong }])).toThrow(RangeError);
});

describe('panels', () => {
  test.each([8, 16, 24, 32, 40, 48, 56, 96, 1008])('%i columns are cut into 16s and a last 8, 16 or 24', (n) => {
    const widths: number[] = [];
    for (let at = 0; at < n; at += widths[widths.length - 1]) widths.push(panelWidth(n - at, geometry));
    expect(widths.reduce((a, b) => a + b)).toBe(n);
    expect(widths.slice(0, -1).every((width) => width === 16)).toBe(true);
    expect(widths[widths.length - 1]).toBe(n < 16 ? n : n % 16 === 0 ? 16 : 24);
  });
});

describe('compile', () => {
  const graph = simplify(mobilenetV2({ alpha: 1, inputSize: 224 }));

  test('the listing names every op once, nested ones indented', () => {
    const lines = listing(compile(graph, geometry)).split('\n');
    const count = (name: string): number => lines.filter((line) => line.trim().startsWith(`${name} `)).length;
    expect(count('conv')).toBe(1);
    expect(count('depthwise')).toBe(17);
    // 16 expansions, 17 projections, the last 1x1 and the classifier.
    expect(count('pointwise')).toBe(35);
    expect(count('add')).toBe(0);
    expect(count('pool')).toBe(1);
    expect(count('softmax')).toBe(1);
    // The stem with the first block, and the bottlenecks of 28 pixels and more.
    expect(lines.filter((line) => line.startsWith('inverted_residual')).length).toBe(7);
  });

  test('fusing takes the expanded tensors out of memory', () => {
    const bytes = (fusion: 'always' | 'never') => compile(graph, geometry, { fusion }).arenaBytes;
    // Unfused, the 112x112x96 tensor and the one before or after it live together.
    expect(bytes('never')).toBeGreaterThan(112 * 112 * 96 * 4);
    expect(bytes('always')).toBeLessThan(bytes('never') * 0.65);
  });

  test('no column block splits a panel', () => {
    for (const classes of [5, 8, 17, 24, 40, 1000, 1001]) {
      const net = simplify(mobilenetV2({ alpha: 0.35, inputSize: 96, classes }));
      for (const line of listing(compile(net, geometry)).split('\n')) {
        const match = /pointwise .* n=(\d+) .* n_block=(\d+)/.exec(line);
        if (!match) continue;
        const [n, block] = match.slice(1).map(Number);
        const starts = new Set<number>();
        for (let at = 0; at < n; at += panelWidth(n - at, geometry)) starts.add(at);
        for (let at = 0; at < n; at += block) expect(starts.has(at), `${n} columns in blocks of ${block}`).toBe(true);
      }
    }
  });
});
