/** What a core can do at best: the rate of matrix products that stay in its own caches and suit the kernels in every way. */

import { compile } from '../compile/compile';
import type { Engine } from '../engines/engine';
import { LINEAR, NO_PADDING, type Tensor } from '../graph/graph';
import type { ModelInfo } from '../model/model';
import { selectEngine } from '../node/engines/select';
import type { Graph } from '../ops';
import { simplify } from '../passes/simplify';
import { newValues } from '../program/port';
import type { Program } from '../program/program';

/** Whole tiles of every kernel; deep, so that what surrounds the inner loop hardly counts. The best of these is the limit. */
const SHAPES = [
  { rows: 24, depth: 256 },
  { rows: 96, depth: 512 },
  { rows: 96, depth: 1024 },
];
const LEAST_COLUMNS = 16;
/** Copies of the product in one run, and runs. */
const COPIES = 100;
const RUNS = 20;

/** A 1x1 convolution with weights small enough for the fastest integer kernels. */
function product(integer: boolean, rows: number, depth: number, columns: number): Graph {
  const type = integer ? 'int8' : 'float32';
  const quantization = integer ? { scale: [0.01], zeroPoint: [0], axis: 0 } : undefined;
  const tensor = (name: string, shape: number[]): Tensor => ({ name, shape, type, quantization });
  const weight = (_: unknown, i: number): number => ((i * 7) % 23) - 11;
  const weights = Array.from({ length: columns * depth }, weight);
  const data = integer ? Int8Array.from(weights) : Float32Array.from(weights);
  const input = tensor('input', [1, 1, rows, depth]);
  const output = tensor('output', [1, 1, rows, columns]);
  const window = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], padding: NO_PADDING } as const;
  const filter = { ...tensor('filter', [columns, 1, 1, depth]), data };
  return {
    input,
    outputs: [output],
    nodes: [{ op: 'conv2d', name: 'product', inputs: [input], filter, window, clamp: LINEAR, output }],
  };
}

/** The same records `copies` times over. */
function repeated(program: Program, copies: number): Program {
  const { ops, outputs } = program;
  const many = new Int32Array(ops.length * copies);
  for (let copy = 0; copy < copies; copy++) many.set(ops, copy * ops.length);
  return { ...program, ops: many, outputs: outputs.map((output) => ({ ...output, afterWord: many.length })) };
}

/** Multiply-accumulates a second of one core, with the kernels that a model of `info` runs on. */
export async function peakRate({ backend, isa, precision }: ModelInfo): Promise<number> {
  const { engine } = await selectEngine(backend, { isa });
  const columns = Math.max(LEAST_COLUMNS, engine.geometry.panel);
  let best = 0;
  for (const { rows, depth } of SHAPES) {
    const graph = simplify(product(precision === 'int8', rows, depth, columns), precision);
    const ms = await leastTime(engine, graph);
    best = Math.max(best, (rows * depth * columns) / (ms / 1000));
  }
  return best;
}

/** Milliseconds of a graph of one op. */
async function leastTime(engine: Engine, graph: Graph): Promise<number> {
  const program = repeated(compile(graph, engine.geometry), COPIES);
  const session = await engine.load(program);
  try {
    // Whole numbers suit every type.
    const input = newValues(program.input).map((_, i) => (i * 37) % 128);
    let least = Number.POSITIVE_INFINITY;
    for (let run = 0; run < RUNS; run++) {
      const times = await session.profile(input, program.outputs);
      least = Math.min(
        least,
        times.reduce((sum, ms) => sum + ms, 0),
      );
    }
    return least / COPIES;
  } finally {
    await session.close();
  }
}
