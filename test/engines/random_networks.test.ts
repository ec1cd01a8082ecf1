import { beforeAll, expect, test } from 'vitest';
import { compile } from '../../lib/compile/compile';
import type { Engine } from '../../lib/engines/engine';
import { elementCount } from '../../lib/graph/graph';
import { simplify } from '../../lib/passes/simplify';
import { evaluate } from '../reference/evaluate';
import { enginesUnderTest } from '../support/engines';
import { randomFloats } from '../support/random';
import { randomGraph } from '../support/random_graph';
import { runPort } from '../support/run_port';

let engines: Engine[];
beforeAll(async () => {
  engines = await enginesUnderTest();
});

const VARIANTS = [
  ['always', 3],
  ['auto', 2],
  ['never', 1],
] as const;

/** 100, or fewer where a CPU is emulated. */
const NETWORKS = Math.min(100, Number(process.env.MOBILENET_EDGE_RANDOM_NETWORKS ?? 100));

test(`${NETWORKS} random networks answer alike on every engine and in the plain loops, fused or not, on 1 to 3 threads`, async () => {
  for (let seed = 1000; seed < 1000 + NETWORKS; seed++) {
    const graph = randomGraph(seed);
    const input = randomFloats(elementCount(graph.input.shape), seed);
    const expected = evaluate(graph, input);
    const scale = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
    for (const engine of engines) {
      const outputs: Float32Array[] = [];
      for (const [fusion, threads] of VARIANTS) {
        if (fusion === 'auto' && engine.maxThreads === 1) continue;
        const program = compile(simplify(graph), engine.geometry, { fusion, threads });
        const session = await engine.load(program, Math.min(threads, engine.maxThreads));
        outputs.push((await runPort(session, input, program.outputs[0])) as Float32Array);
        await session.close();
      }
      const [fused, ...others] = outputs;
      for (const other of others) expect(other, `seed ${seed} on ${engine.isa}`).toEqual(fused);
      const worst = expected.reduce((max, value, i) => Math.max(max, Math.abs(value - fused[i])), 0);
      expect(worst / scale, `seed ${seed} on ${engine.isa}`).toBeLessThan(3e-5);
    }
  }
});
