import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mobilenetV2 } from '../../lib/architectures/mobilenet_v2';
import { compile } from '../../lib/compile/compile';
import { simplify } from '../../lib/passes/simplify';
import * as constants from '../../lib/program/constants';
import { decode, withParts } from '../../lib/program/decode';
import * as fields from '../../lib/program/fields';
import * as limits from '../../lib/program/limits';
import { listing } from '../../lib/program/listing';
import { type Geometry, panelWidth } from '../../lib/program/program';
import * as schema from '../../lib/program/schema';
import { encode, type Op, type OpName, SCHEMA } from '../../lib/program/schema';
import * as team from '../../lib/program/team';
import * as unary from '../../lib/program/unary';
import { generatedFiles } from '../../scripts/generate_program.mjs';
import { packageRoot } from '../support/package_root';

const root = packageRoot();
const modules = { ...schema, ...fields, ...limits, ...unary };
const geometry: Geometry = { panel: 16, lastPanel: 24, channelGroup: 8, fuseFromHeight: 28 };

test.each(Object.entries(generatedFiles(modules, constants, team)))('%s is up to date', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});

describe('an op that is added', () => {
  const added = (name: string, element: 'f32' | 'f16'): { [path: string]: string } => {
    const op = { element, opcode: 99, doc: 'Anything.', fields: fields.flat() };
    const SCHEMA = { ...schema.SCHEMA, [name]: op } as typeof schema.SCHEMA;
    return generatedFiles({ ...modules, SCHEMA }, constants, team);
  };

  test('is dispatched and checked by what its fields are', () => {
    const generated = added('f16_negate', 'f16');
    expect(generated['native/generated/dispatch.h']).toContain(
      'case OPCODE_F16_NEGATE:\n      visit(reinterpret_cast<const F16NegateOp&>(op));',
    );
    const checks = generated['native/generated/field_checks.h'].split('bool fields(const F16NegateOp& op)')[1];
    for (const address of ['input', 'output']) {
      expect(checks).toContain(
        `pixels(limits_.arena, op.${address}, op.pixels, op.${address}_stride, op.channels, sizeof(Half));`,
      );
    }
    expect(generated['assembly/generated/run_chunk.ts']).not.toContain('NEGATE');
  });

  test('is refused without a function in assembly/ops, unless it is one of halves', () => {
    expect(() => added('negate', 'f32')).toThrow('Expected a function run_negate in assembly/ops but there is none');
  });
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
    function: 0,
  };
  expect([...encode([{ name: 'unary', chunks: 1, fields }])]).toEqual([8, 11, 1, 64, 8, 0, 8, 1, 5, 6, 0]);
  const wrong = { ...fields, input: 2 ** 31 };
  expect(() => encode([{ name: 'unary', chunks: 1, fields: wrong }])).toThrow(RangeError);
  const unscaled = { ...fields } as never;
  expect(() => encode([{ name: 'softmax', chunks: 1, fields: unscaled }])).toThrow(/softmax\.beta/);
});

/** An op of every field of its own. */
function numbered(name: OpName, parts?: Op[]): Op {
  const values = Object.entries<fields.Field>(SCHEMA[name].fields).map(([field, { kind }], i) => [
    field,
    kind === 'f32' ? i + 0.5 : -1 - i,
  ]);
  return { name, chunks: 3, fields: Object.fromEntries(values), ...(parts && { parts }) } as Op;
}

describe('decode gives what encode was given', () => {
  test.each(Object.keys(SCHEMA) as OpName[])('%s', (name) => {
    const ops = [numbered(name), numbered('inverted_residual', [numbered(name), numbered('conv')]), numbered(name)];
    expect(decode(encode(ops))).toEqual(ops);
    expect(Array.from(withParts(ops), (op) => op.name)).toEqual([name, 'inverted_residual', name, 'conv', name]);
  });

  test.each([
    ['an opcode that there is not', [9999, 3, 1], /Expected an opcode at word 0 but found 9999/],
    [
      'a record that ends before its fields',
      [SCHEMA.softmax.opcode, 3, 1],
      /Expected softmax of \d+ words but found 3/,
    ],
    ['a record that goes on after the last word', [...encode([numbered('softmax')]).slice(0, -1)], /Expected softmax/],
  ])('%s is refused', (_, words, message) => {
    expect(() => decode(Int32Array.from(words))).toThrow(message);
  });
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
    const program = compile(graph, geometry);
    const lines = listing(program).split('\n').slice(1);
    expect(lines.map((line) => line.trim().split(' ')[0])).toEqual(
      Array.from(withParts(decode(program.ops)), ({ name }) => name),
    );
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
      for (const op of withParts(decode(compile(net, geometry).ops))) {
        if (op.name !== 'pointwise') continue;
        const { n, n_block: block } = op.fields as Op<'pointwise'>['fields'];
        const starts = new Set<number>();
        for (let at = 0; at < n; at += panelWidth(n - at, geometry)) starts.add(at);
        for (let at = 0; at < n; at += block) expect(starts.has(at), `${n} columns in blocks of ${block}`).toBe(true);
      }
    }
  });
});
