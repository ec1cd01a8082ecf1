/** The addon packs weights exactly as lib/compile does, for every geometry. */
import { describe, expect, test } from 'vitest';
import { compile, compileWith } from '../../lib/compile/compile';
import { WASM_GEOMETRY } from '../../lib/engines/wasm_geometry';
import { NativePacker } from '../../lib/node/engines/native_packer';
import type { Graph } from '../../lib/ops';
import { simplify } from '../../lib/passes/simplify';
import type { Geometry, Q8Geometry } from '../../lib/program/program';
import { addon } from '../support/native_addon';
import { randomGraph } from '../support/random_graph';
import { randomQuantized } from '../support/random_quantized';

const GRAPHS = 150;

const geometry = (
  panel: number,
  lastPanel: number,
  type: Q8Geometry['type'],
  packing: Q8Geometry['packing'],
): Geometry => ({
  panel,
  lastPanel,
  channelGroup: 8,
  fuseFromHeight: 1,
  f16: { panel, lastPanel, channelGroup: 8, fuseFromHeight: 1 },
  q8: { type, packing, panel, lastPanel, channelGroup: panel === 24 ? 4 : 8, fuseFromHeight: 1 },
});

const GEOMETRIES: [string, Geometry][] = [
  ['wasm', WASM_GEOMETRY],
  ['pairs of 8', geometry(8, 8, 'int16', 'pairs')],
  ['chains of 16', geometry(16, 24, 'uint8', 'chain')],
  ['quads of 24', geometry(24, 24, 'uint8', 'quads')],
  ['quads of 8, signed', geometry(8, 16, 'int8', 'quads')],
  ['sixteens of 8', geometry(8, 8, 'int8', 'sixteens')],
];

function expectSame(graph: Graph, to: Geometry, what: string): void {
  const { weights: expected, ...program } = compile(graph, to);
  const { weights, ...packed } = compileWith((sizes) => new NativePacker(addon.Weights, sizes), graph, to);
  expect(packed, what).toEqual(program);
  // Not toEqual, which takes seconds to compare bytes.
  expect(Buffer.from(weights.weights.readMemory()).equals(expected), what).toBe(true);
}

describe.skipIf(!addon).each(GEOMETRIES)('%s', (_, to) => {
  test(`${GRAPHS} float32 networks`, () => {
    for (let seed = 0; seed < GRAPHS; seed++) expectSame(simplify(randomGraph(seed)), to, `seed ${seed}`);
  });

  test.skipIf(!to.f16)(`${GRAPHS} networks of halves`, () => {
    for (let seed = 0; seed < GRAPHS; seed++) expectSame(simplify(randomGraph(seed), 'float16'), to, `seed ${seed}`);
  });

  test(`${GRAPHS} quantized networks`, () => {
    for (let seed = 0; seed < GRAPHS; seed++) {
      expectSame(simplify(randomQuantized(seed).graph, 'int8'), to, `seed ${seed}`);
    }
  });
});
