/** Wrong, hostile and racing arguments for every function of the addon, in processes that must outlive them. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encode, type Op } from '../../lib/program/schema';
import { addon } from '../support/native_addon';
import { packageRoot } from '../support/package_root';

const DOUBLE: Op<'add'> = {
  name: 'add',
  chunks: 2,
  fields: {
    a: 0,
    a_stride: 8,
    b: 0,
    b_stride: 8,
    output: 128,
    output_stride: 8,
    pixels: 4,
    channels: 8,
    pixels_per_chunk: 2,
    lo: Number.NEGATIVE_INFINITY,
    hi: Number.POSITIVE_INFINITY,
  },
};

/** Its extras, which hold addresses, are at the beginning of the weights. */
const product = (chain: number): Op<'q8_pointwise'> => ({
  name: 'q8_pointwise',
  chunks: 1,
  fields: {
    input: 0,
    input_stride: 16,
    output: 512,
    output_stride: 16,
    m: 2,
    k: 16,
    n: 16,
    weights: 256,
    chain,
    extras: 0,
    m_block: 2,
    n_block: 16,
    output_zero: 5,
    lo: 0,
    hi: 127,
    small_sums: 0,
  },
});

const PROGRAMS = JSON.stringify({
  double: [...encode([DOUBLE])],
  product: { chained: [...encode([product(1)])], plain: [...encode([product(0)])] },
});
const CHILD = join(packageRoot(), 'test', 'support', 'addon_fuzz', 'main.cjs');
const CALLS = 4000;

describe.skipIf(!addon)('the addon', () => {
  test.each([1, 2, 3])('answers or throws, whatever it is given (seed %i)', (seed) => {
    const args = ['--expose-gc', CHILD, packageRoot(), String(seed), String(CALLS), PROGRAMS];
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
    const counts = Object.entries(JSON.parse(stdout) as Record<string, { answered: number; threw: number }>);
    // A function that the fuzzer does not know would be one that it does not call.
    const methods = ({ prototype }: { prototype: object }) =>
      Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
    const known = counts.map(([name]) => name.replace(/^(new|weights\.|session\.)\s?/, ''));
    const exported = [...Object.keys(addon), ...methods(addon.Weights), ...methods(addon.Session)];
    expect(known.sort()).toEqual(exported.sort());
    let calls = 0;
    for (const [name, { answered, threw }] of counts) {
      // Each is reached, and right arguments are still right.
      expect(answered, name).toBeGreaterThan(CALLS / 200);
      if (!['isas', 'weights.byteLength', 'weights.readMemory', 'session.stop', 'session.close'].includes(name))
        expect(threw, name).toBeGreaterThan(20);
      calls += answered + threw;
    }
    expect(calls).toBe(CALLS);
  });
});
