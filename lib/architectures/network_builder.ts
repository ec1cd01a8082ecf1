/** Builds a Graph layer by layer; MobileNet v1 and v2 are tables fed to it. */

import { isTypedArray } from '../base/bytes';
import { MobileNetEdgeError } from '../base/errors';
import { checkOptionKeys, invalidArgument } from '../base/expect';
import { allFinite } from '../base/finite';
import { type Clamp, LINEAR, type Tensor } from '../graph/graph';
import type { Graph, Node } from '../ops';
import * as ops from '../ops';
import { GraphBuilder } from '../ops/builder';
import type { Origin } from '../ops/op';

export interface ArchitectureOptions {
  /** Width multiplier; default 1. */
  alpha?: number;
  /** Height and width of the picture in pixels; default 224. */
  inputSize?: number;
  /** Length of the output; default 1000. */
  classes?: number;
  /** Weights by name ('block_1_expand/kernel', 'block_1_expand/bias'), in the Graph's layouts; default: random. */
  weights?: (name: string, shape: readonly number[]) => Float32Array;
  /** Seed of the random weights; default 1. */
  seed?: number;
}

/** Options with the defaults filled in. Throws INVALID_ARGUMENT. */
export function checkOptions(options: ArchitectureOptions) {
  checkOptionKeys(options, [
    'alpha',
    'inputSize',
    'classes',
    'weights',
    'seed',
  ] satisfies (keyof ArchitectureOptions)[]);
  const { alpha = 1, inputSize = 224, classes = 1000, seed = 1, weights } = options;
  const check = (ok: boolean, what: string, received: unknown): void => {
    if (!ok) throw invalidArgument(what, received);
  };
  check(typeof alpha === 'number' && alpha > 0 && alpha <= 4, 'alpha between 0 and 4', alpha);
  check(weights === undefined || typeof weights === 'function', 'weights to be a function', weights);
  check(Number.isInteger(seed), 'seed to be a whole number', seed);
  check(Number.isInteger(inputSize) && inputSize >= 32 && inputSize <= 2048, 'inputSize from 32 to 2048', inputSize);
  check(Number.isInteger(classes) && classes >= 1 && classes <= 65536, 'classes from 1 to 65536', classes);
  return { alpha, inputSize, classes, weights: weights ?? randomWeights(seed) };
}

/** Normal weights with variance 2 / fan-in (He et al. 2015), small uniform biases: activations keep their scale through the net. */
function randomWeights(seed: number): (name: string, shape: readonly number[]) => Float32Array {
  let state = seed >>> 0;
  const uniform = (): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return (name, shape) => {
    const length = shape.reduce((a, b) => a * b, 1);
    if (shape.length === 1) return Float32Array.from({ length }, () => uniform() * 0.2 - 0.1);
    const isDepthwise = name.includes('depthwise') || name.includes('_dw_');
    const fanIn = isDepthwise ? 9 : length / shape[0];
    const deviation = Math.sqrt(2 / fanIn);
    const data = new Float32Array(length);
    for (let i = 0; i < length; i += 2) {
      // Box and Muller: two normals from two uniforms.
      const radius = deviation * Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      data[i] = radius * Math.cos(angle);
      if (i + 1 < length) data[i + 1] = radius * Math.sin(angle);
    }
    return data;
  };
}

export class NetworkBuilder {
  readonly #graph = new GraphBuilder();
  readonly #input: Tensor;
  readonly #weights: (name: string, shape: readonly number[]) => Float32Array;
  /** The activation that the next layer reads. */
  current: Tensor;

  constructor(inputShape: readonly number[], weights: (name: string, shape: readonly number[]) => Float32Array) {
    this.#input = { name: 'input', shape: inputShape, type: 'float32' };
    this.#weights = weights;
    this.current = this.#input;
  }

  get channels(): number {
    return this.current.shape[this.current.shape.length - 1];
  }

  conv(name: string, filters: number, kernel: number, stride: number, clamp: Clamp): this {
    const layer = this.#layer(name, [filters, kernel, kernel, this.channels], filters);
    return this.#then(this.#graph.push(ops.conv2d(originOf(name), { ...layer, window: sameWindow(stride), clamp })));
  }

  depthwise(name: string, stride: number, clamp: Clamp): this {
    const layer = this.#layer(name, [1, 3, 3, this.channels], this.channels);
    return this.#then(
      this.#graph.push(ops.depthwiseConv2d(originOf(name), { ...layer, window: sameWindow(stride), clamp })),
    );
  }

  add(name: string, other: Tensor): this {
    return this.#then(this.#graph.push(ops.add(originOf(name), [this.current, other], LINEAR)));
  }

  globalAveragePool(name: string): this {
    const pool = { input: this.current, kind: 'average', keepsAxes: false } as const;
    return this.#then(this.#graph.push(ops.globalPool(originOf(name), pool)));
  }

  dense(name: string, units: number): this {
    const layer = this.#layer(name, [units, this.channels], units);
    return this.#then(this.#graph.push(ops.dense(originOf(name), { ...layer, clamp: LINEAR, keepsAxes: true })));
  }

  softmax(name: string): this {
    return this.#then(this.#graph.push(ops.softmax(originOf(name), this.current, 1)));
  }

  graph(): Graph {
    return { input: this.#input, outputs: [this.current], nodes: this.#graph.nodes };
  }

  #then(node: Node): this {
    this.current = node.output;
    return this;
  }

  #layer(name: string, filterShape: readonly number[], outputs: number) {
    const filter = this.#constant(`${name}/kernel`, filterShape);
    return { input: this.current, filter, bias: this.#constant(`${name}/bias`, [outputs]) };
  }

  #constant(name: string, shape: readonly number[]): Tensor {
    const data = this.#weights(name, shape);
    const expected = shape.reduce((a, b) => a * b, 1);
    if (!isTypedArray(data, 'Float32Array') || data.length !== expected) {
      throw invalidArgument(`a Float32Array of ${expected} values (${shape.join('x')}) for ${name}`, data);
    }
    if (!allFinite(data))
      throw invalidArgument(
        `finite weights for ${name}`,
        data.find((x) => !Number.isFinite(x)),
      );
    return { name, shape, type: 'float32', data };
  }
}

function originOf(name: string): Origin {
  const failure = (why: string) => new MobileNetEdgeError('INTERNAL', `${name} ${why}: please report this`);
  return {
    name,
    output: (shape) => ({ name, shape, type: 'float32' }),
    invalid: failure,
    unsupported: failure,
  };
}

function sameWindow(stride: number) {
  return { stride: [stride, stride], dilation: [1, 1], padding: 'same' } as const;
}
