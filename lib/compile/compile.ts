/** Graph to Program: group into steps, plan the arena, lower and pack. */

import { Budget } from '../base/budget';
import { MobileNetEdgeError } from '../base/errors';
import { finish, type Phase } from '../base/phase';
import { elementCount, isQuantized, pixels, type Tensor } from '../graph/graph';
import type { Graph } from '../ops';
import { workOf } from '../ops/cost';
import type { NewPacker } from '../ops/packer';
import { formOf } from '../ops/quantized';
import type { Geometry, PackedWeights, Port, Program } from '../program/program';
import { encode, type Op, wordCount } from '../program/schema';
import { BytesPacker } from './bytes_packer';
import { checkLimits } from './limits';
import { lower } from './lower';
import { arenaType, planningArena } from './plan';
import { scratchBytes as scratchBytesOf } from './scratch';
import { sharing } from './shared_blocks';
import { type Fusion, groupingSteps, stepOutput } from './steps';
import { weightSizes } from './weight_sizes';

export interface CompileOptions {
  /** Which bottlenecks to fuse; default 'auto'. The answer is the same bit for bit. */
  fusion?: Fusion;
  /** How many threads the work is cut for; default 1. The answer is the same bit for bit. */
  threads?: number;
  /** Bytes left untouched behind every tensor and every step's scratch, for tests. */
  guardBytes?: number;
}

/** Offsets are signed 32-bit, in the Program and in WebAssembly. */
const LIMIT_BYTES = 2 ** 31 - 1;

/**
 * Compiles a simplified Graph (see passes/simplify.ts), float32 or quantized; the engine must have integer kernels for the latter.
 * Throws MODEL_UNSUPPORTED if the network has no layer or needs more memory than 32-bit offsets reach.
 */
export function compile(graph: Graph, geometry: Geometry, options: CompileOptions = {}): Program {
  return compileWith((sizes) => new BytesPacker(sizes), graph, geometry, options);
}

/** The same with an engine's own packer. */
export function compileWith<Weights extends PackedWeights>(
  newPacker: NewPacker<Weights>,
  graph: Graph,
  geometry: Geometry,
  options: CompileOptions = {},
): Program<Weights> {
  return finish(compiling(newPacker, graph, geometry, new Budget({}, 'graph'), options));
}

/** The same in turns, within a budget. */
export function* compiling<Weights extends PackedWeights>(
  newPacker: NewPacker<Weights>,
  graph: Graph,
  geometry: Geometry,
  budget: Budget,
  options: CompileOptions = {},
): Phase<Program<Weights>> {
  const { fusion = 'auto', threads = 1, guardBytes = 0 } = options;
  checkLimits(graph);
  budget.checkMacs(workOf(graph));
  const steps = yield* groupingSteps(graph, geometry, fusion, budget);
  if (steps.length === 0) {
    throw new MobileNetEdgeError('MODEL_UNSUPPORTED', 'Expected a network with at least one layer but found none');
  }
  const { places, scratch, scratchBytes, arenaBytes } = yield* planningArena(graph, steps, geometry, {
    threads,
    guardBytes,
    budget,
    scratchOf: (step, strides) => scratchBytesOf(step, strides, geometry),
  });
  const sizes = weightSizes(graph);
  checkReach(arenaBytes, 'activations');
  checkReach(sizes.expectedBytes, 'weights');
  budget.spendBytes(arenaBytes, 'activations');
  budget.spendBytes(bytesOfRun(graph), 'an input and an output');
  budget.spendBytes(sizes.limitBytes, 'packed weights');

  const packer = sharing(newPacker(sizes));
  const ops: Op[] = [];
  const wordsAfter = new Map<Tensor, number>([[graph.input, 0]]);
  let words = 0;
  for (const [i, step] of steps.entries()) {
    if (budget.turnIsOver()) yield;
    const op = lower(step, { places, scratch: scratch[i] }, { packer, geometry, threads });
    ops.push(op);
    words += wordCount(op);
    wordsAfter.set(stepOutput(step), words);
  }

  const weights = packer.finish();
  checkReach(weights.byteLength, 'weights');

  const port = (tensor: Tensor): Port => ({
    ...places.get(tensor)!,
    shape: tensor.shape,
    type: arenaType(tensor, geometry),
    own: ownType(tensor),
    shift: isQuantized(tensor) ? formOf(tensor, geometry.q8!.type).shift : 0,
    afterWord: wordsAfter.get(tensor)!,
  });
  const embedding = pooledFeatures(graph);
  return {
    ops: encode(ops),
    weights,
    arenaBytes,
    threads,
    scratchBytes,
    input: port(graph.input),
    outputs: graph.outputs.map(port),
    embedding: embedding && port(embedding),
  };
}

function checkReach(bytes: number, what: string): void {
  if (bytes <= LIMIT_BYTES) return;
  throw new MobileNetEdgeError(
    'MODEL_UNSUPPORTED',
    `Expected a network with at most 2 GiB of ${what} but it needs ${bytes} bytes`,
  );
}

/** What calls hold beside the arena: the input as float32, with its sides swapped, and an engine's copy; the outputs, as reals and as probabilities too. */
function bytesOfRun({ input, outputs }: Graph): number {
  return outputs.reduce((sum, { shape }) => sum + 16 * elementCount(shape), 12 * elementCount(input.shape));
}

/** The type of an activation's values outside of the arena. */
function ownType({ type }: Tensor): Port['own'] {
  return type === 'uint8' || type === 'int8' ? type : 'float32';
}

/** What the last global pooling makes: the features under the classifier. */
export function pooledFeatures(graph: Graph): Tensor | undefined {
  const pools = graph.nodes.filter((node) => {
    const [height, width] = pixels(node.output.shape);
    return node.op === 'pool' && height * width === 1;
  });
  return pools.at(-1)?.output;
}
