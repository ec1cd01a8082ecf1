/** Thousands of random quantized networks: scalar = AVX2 = wasm = the plain loops, bit for bit, fused or not, on 1 to 3 threads. */

import { beforeAll, expect, test } from 'vitest';
import { compile } from '../../lib/compile/compile';
import type { Engine } from '../../lib/engines/engine';
import { simplify } from '../../lib/passes/simplify';
import { evaluateQuantized } from '../reference/evaluate_quantized';
import { enginesUnderTest } from '../support/engines';
import { randomQuantized } from '../support/random_quantized';
import { runPort } from '../support/run_port';

let engines: Engine[];
beforeAll(async () => {
  engines = (await enginesUnderTest()).filter(({ geometry }) => geometry.q8);
});

async function check(seed: number, engine: Engine): Promise<void> {
  const { graph, input } = randomQuantized(seed);
  const expected = Array.from(evaluateQuantized(graph, input).get(graph.outputs[0])!);
  const simple = simplify(graph, 'int8');
  const manyThreads = 2 + (seed % 2);
  for (const [fusion, threads] of [
    ['always', manyThreads],
    ['never', 1],
  ] as const) {
    const program = compile(simple, engine.geometry, { fusion, threads });
    const session = await engine.load(program, Math.min(threads, engine.maxThreads));
    try {
      const values = await runPort(session, input, program.outputs[0]);
      expect(Array.from(values), `seed ${seed} on ${engine.isa}, fusion ${fusion}`).toEqual(expected);
    } finally {
      await session.close();
    }
  }
}

/** 2,000, or fewer where a CPU is emulated. */
const NETWORKS = Number(process.env.MOBILENET_EDGE_RANDOM_NETWORKS ?? 2000);

test(`${NETWORKS} networks on the native engine`, async () => {
  for (const engine of engines.filter(({ backend }) => backend === 'native')) {
    for (let seed = 0; seed < NETWORKS; seed++) await check(seed, engine);
  }
});

const WASM_NETWORKS = Math.min(NETWORKS, 150);
test(`${WASM_NETWORKS} networks on the wasm engine`, async () => {
  expect(engines.some(({ backend }) => backend === 'wasm')).toBe(true);
  for (const engine of engines.filter(({ backend }) => backend === 'wasm')) {
    for (let seed = 0; seed < WASM_NETWORKS; seed++) await check(seed, engine);
  }
});
