/** Graph to Program: group into steps, plan the arena, lower and pack. */
import { MobileNetEdgeError } from '../errors';
import { type Graph, pixels, type Tensor } from '../graph';
import type { Geometry, Port, Program } from '../program/program';
import { encode, type Op, wordCount } from '../program/schema';
import { checkLimits } from './limits';
import { lower } from './lower';
import { BytesPacker, type NewPacker, weightSizes } from './packer';
import { arenaType, planArena } from './plan';
import { scratchBytes as scratchBytesOf } from './scratch';
import { type Fusion, groupSteps, stepOutput } from './steps';

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
export function compileWith<Weights>(
  newPacker: NewPacker<Weights>,
  graph: Graph,
  geometry: Geometry,
  options: CompileOptions = {},
): Program<Weights> {
  const { fusion = 'auto', threads = 1, guardBytes = 0 } = options;
  checkLimits(graph);
  const steps = groupSteps(graph, geometry, fusion);
  if (steps.length === 0) {
    throw new MobileNetEdgeError('MODEL_UNSUPPORTED', 'Expected a network with at least one layer but found none');
  }
  const { places, scratch, scratchBytes, arenaBytes } = planArena(graph, steps, geometry, {
    threads,
    guardBytes,
    scratchOf: (step, strides) => scratchBytesOf(step, strides, geometry),
  });
  if (arenaBytes > LIMIT_BYTES) {
    throw new MobileNetEdgeError(
      'MODEL_UNSUPPORTED',
      `The network needs ${arenaBytes} bytes of activations; the limit is 2 GiB`,
    );
  }

  const packer = newPacker(weightSizes(graph));
  const ops: Op[] = [];
  const wordsAfter = new Map<Tensor, number>([[graph.input, 0]]);
  let words = 0;
  steps.forEach((step, i) => {
    const op = lower(step, { places, scratch: scratch[i], packer, geometry, threads });
    ops.push(op);
    words += wordCount(op);
    wordsAfter.set(stepOutput(step), words);
  });

  const port = (tensor: Tensor): Port => ({
    ...places.get(tensor)!,
    shape: tensor.shape,
    type: arenaType(tensor, geometry),
    words: wordsAfter.get(tensor)!,
  });
  const embedding = pooledFeatures(graph);
  return {
    ops: encode(ops),
    weights: packer.finish(),
    arenaBytes,
    threads,
    scratchBytes,
    input: port(graph.input),
    output: port(graph.output),
    embedding: embedding && port(embedding),
  };
}

/** What the last global pooling makes: the features under the classifier. */
export function pooledFeatures(graph: Graph): Tensor | undefined {
  const pools = graph.nodes.filter((node) => {
    const [height, width] = pixels(node.output.shape);
    return node.op === 'pool' && height * width === 1;
  });
  return pools.at(-1)?.output;
}
