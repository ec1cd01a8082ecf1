/** Builds a Graph layer by layer; MobileNet v1 and v2 are tables fed to it. */
import { isTypedArray } from '../base/bytes';
import { checkOptionKeys, invalidArgument } from '../base/expect';
import { allFinite } from '../base/finite';
import {
  type Clamp,
  type Graph,
  LINEAR,
  NO_PADDING,
  type Node,
  samePadding,
  type Tensor,
  type Window,
  windowExtent,
} from '../graph/graph';

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
  readonly #nodes: Node[] = [];
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
    const filter = this.#constant(`${name}/kernel`, [filters, kernel, kernel, this.channels]);
    const bias = this.#constant(`${name}/bias`, [filters]);
    const window = this.#sameWindow(kernel, stride);
    const output = this.#activation(name, this.#windowed(window, filters));
    return this.#push({ op: 'conv2d', name, inputs: [this.current], output, filter, bias, window, clamp });
  }

  depthwise(name: string, stride: number, clamp: Clamp): this {
    const filter = this.#constant(`${name}/kernel`, [1, 3, 3, this.channels]);
    const bias = this.#constant(`${name}/bias`, [this.channels]);
    const window = this.#sameWindow(3, stride);
    const output = this.#activation(name, this.#windowed(window, this.channels));
    return this.#push({ op: 'depthwise_conv2d', name, inputs: [this.current], output, filter, bias, window, clamp });
  }

  add(name: string, other: Tensor): this {
    const output = this.#activation(name, this.current.shape);
    return this.#push({ op: 'add', name, inputs: [this.current, other], output, clamp: LINEAR });
  }

  globalAveragePool(name: string): this {
    const [, height, width] = this.current.shape;
    const window: Window = { kernel: [height, width], stride: [1, 1], dilation: [1, 1], padding: NO_PADDING };
    const output = this.#activation(name, [1, this.channels]);
    return this.#push({
      op: 'pool',
      kind: 'average',
      source: 'mean',
      name,
      inputs: [this.current],
      output,
      window,
      clamp: LINEAR,
    });
  }

  dense(name: string, units: number): this {
    const filter = this.#constant(`${name}/kernel`, [units, this.channels]);
    const bias = this.#constant(`${name}/bias`, [units]);
    const output = this.#activation(name, [1, units]);
    return this.#push({ op: 'dense', name, inputs: [this.current], output, filter, bias, clamp: LINEAR });
  }

  softmax(name: string): this {
    const output = this.#activation(name, this.current.shape);
    return this.#push({ op: 'softmax', name, inputs: [this.current], output, beta: 1 });
  }

  graph(): Graph {
    return { input: this.#input, output: this.current, nodes: this.#nodes };
  }

  #push(node: Node): this {
    this.#nodes.push(node);
    this.current = node.output;
    return this;
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

  #activation(name: string, shape: readonly number[]): Tensor {
    return { name, shape, type: 'float32' };
  }

  #sameWindow(kernel: number, stride: number): Window {
    const [, height, width] = this.current.shape;
    const [top, bottom] = samePadding(height, kernel, stride, 1);
    const [left, right] = samePadding(width, kernel, stride, 1);
    return {
      kernel: [kernel, kernel],
      stride: [stride, stride],
      dilation: [1, 1],
      padding: { top, bottom, left, right },
    };
  }

  #windowed({ kernel, stride, padding }: Window, channels: number): number[] {
    const [, height, width] = this.current.shape;
    return [
      1,
      windowExtent(height, kernel[0], stride[0], 1, padding.top + padding.bottom),
      windowExtent(width, kernel[1], stride[1], 1, padding.left + padding.right),
      channels,
    ];
  }
}
