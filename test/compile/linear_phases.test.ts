/** What load() does with a Graph or a file of four times the nodes is four times the work, counted: lookups, not seconds. */
import { describe, expect, test, vi } from 'vitest';
import { recognize } from '../../lib/architectures/recognize';
import { Budget } from '../../lib/base/budget';
import { finish } from '../../lib/base/phase';
import { BytesPacker } from '../../lib/compile/bytes_packer';
import { compiling } from '../../lib/compile/compile';
import { checkLimits } from '../../lib/compile/limits';
import { groupSteps } from '../../lib/compile/steps';
import { WASM_GEOMETRY } from '../../lib/engines/wasm_geometry';
import { readModelFile } from '../../lib/node/read_model_file';
import type { Graph } from '../../lib/ops';
import { totals } from '../../lib/ops/layers';
import { passesFor } from '../../lib/passes/simplify';
import { buildTflite, type TestModel } from '../fixtures/tflite_builder';
import { type Counter, counted, LONG_GRAPHS } from '../support/counted_graph';

const N = 256;
/** Four times the nodes, and room for what is done once. */
const FACTOR = 4.2;

/** The counts of every phase for one graph: how often nodes and tensors were looked at, and what the Budget counted. */
function countsOf(graph: Graph): Map<string, number> {
  const counts = new Map<string, number>();
  const count = <Result>(phase: string, of: Graph, run: (graph: Graph, budget: Budget) => Result): Result => {
    const counter: Counter = { lookups: 0 };
    const budget = new Budget({}, 'graph');
    const instrumented = counted(of, counter);
    counter.lookups = 0;
    const result = run(instrumented, budget);
    counts.set(`${phase}: lookups`, counter.lookups);
    counts.set(`${phase}: work`, budget.work);
    return result;
  };
  let simpler = graph;
  for (const pass of passesFor('float32')) {
    simpler = count(pass.name, simpler, (of, budget) => finish(pass(of, budget)));
  }
  count('checkLimits', simpler, checkLimits);
  count('groupSteps', simpler, (of) => groupSteps(of, WASM_GEOMETRY, 'auto'));
  count('recognize', simpler, recognize);
  count('totals', simpler, totals);
  count('compile', simpler, (of, budget) =>
    finish(compiling((sizes) => new BytesPacker(sizes), of, WASM_GEOMETRY, budget, { threads: 2 })),
  );
  return counts;
}

describe.each(Object.entries(LONG_GRAPHS))('%s', (_, make) => {
  test('no phase looks at nodes more than in proportion to their number', () => {
    const [few, many] = [countsOf(make(N)), countsOf(make(4 * N))];
    for (const [phase, count] of few) {
      expect(many.get(phase)!, `${phase}: ${count} for ${N} nodes`).toBeLessThanOrEqual(FACTOR * Math.max(count, N));
    }
  });
});

test('the counters of these tests see a search', () => {
  const search = (n: number): number => {
    const counter: Counter = { lookups: 0 };
    const { nodes } = counted(LONG_GRAPHS.relus(n), counter);
    counter.lookups = 0;
    for (const node of nodes) nodes.find(({ output }) => output === node.output);
    return counter.lookups;
  };
  expect(search(4 * N)).toBeGreaterThan(10 * search(N));
});

/** A chain of RELU in a file, of tensors that are all alike. */
function longFile(n: number): Uint8Array {
  const shape = [1, 1, 1, 8];
  const model: TestModel = {
    tensors: Array.from({ length: n + 1 }, () => ({ name: 't', shape })),
    operators: Array.from({ length: n }, (_, i) => ({ kind: 'RELU', inputs: [i], outputs: [i + 1] })),
    outputs: [n],
  };
  return buildTflite(model);
}

test('the reader of TFLite files reads in proportion to the operators', async () => {
  const readsOf = async (n: number): Promise<number> => {
    const file = longFile(n);
    const spies = (['getUint16', 'getInt32', 'getUint32'] as const).map((name) => vi.spyOn(DataView.prototype, name));
    try {
      await readModelFile(file);
      return spies.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  };
  const few = await readsOf(N);
  expect(few).toBeGreaterThan(N);
  expect(await readsOf(4 * N)).toBeLessThanOrEqual(FACTOR * few);
});

/** JSON whose every reading of a property counts. */
function countingJson(value: unknown, counter: Counter): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const copy = Array.isArray(value) ? value.map((part) => countingJson(part, counter)) : { ...value };
  if (!Array.isArray(copy)) {
    for (const [key, part] of Object.entries(copy)) Object.assign(copy, { [key]: countingJson(part, counter) });
  }
  return new Proxy(copy, {
    get(target, key) {
      counter.lookups++;
      return Reflect.get(target, key);
    },
  });
}

/** A functional model of `n` layers, each reading the one before and, where there are two, the first. */
function longTopology(n: number, kind: 'ReLU' | 'Add'): object {
  const layers: object[] = [
    {
      ...{ class_name: 'InputLayer', name: 'l0', inbound_nodes: [] },
      config: { name: 'l0', batch_input_shape: [null, 1, 1, 8] },
    },
  ];
  for (let i = 1; i <= n; i++) {
    const inputs = [[`l${i - 1}`, 0, 0, {}], ...(kind === 'Add' ? [['l0', 0, 0, {}]] : [])];
    layers.push({ class_name: kind, name: `l${i}`, config: { name: `l${i}` }, inbound_nodes: [inputs] });
  }
  const config = { name: 'm', layers, input_layers: [['l0', 0, 0]], output_layers: [[`l${n}`, 0, 0]] };
  return { class_name: 'Functional', config };
}

test.each(['ReLU', 'Add'] as const)('the reader of Keras models of %s layers too', async (kind) => {
  const readsOf = async (n: number): Promise<number> => {
    const counter: Counter = { lookups: 0 };
    const modelTopology = countingJson(longTopology(n, kind), counter) as object;
    await readModelFile({ modelTopology, weightSpecs: [], weightData: new ArrayBuffer(0) });
    return counter.lookups;
  };
  const few = await readsOf(N);
  expect(few).toBeGreaterThan(N);
  expect(await readsOf(4 * N)).toBeLessThanOrEqual(FACTOR * few);
});
