/** Random small float32 Graphs of every node kind, as readers would make them: unfused, with pads and batch norms of their own. */

import {
  type Clamp,
  elementCount,
  LINEAR,
  NO_PADDING,
  pixels,
  RELU,
  RELU6,
  type Tensor,
  type Window,
  windowExtent,
} from '../../lib/graph/graph';
import type { Graph, Node } from '../../lib/ops';
import { randomFloats, randomSource } from './random';

export class RandomGraph {
  readonly nodes: Node[] = [];
  readonly input: Tensor;
  readonly #random: () => number;
  current: Tensor;
  #count = 0;

  constructor(seed: number) {
    this.#random = randomSource(seed);
    const channels = this.pick([1, 3, 3, 4, 8, 13]);
    this.input = { name: 'input', shape: [1, this.between(5, 19), this.between(5, 19), channels], type: 'float32' };
    this.current = this.input;
  }

  between(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1));
  }

  pick<T>(values: readonly T[]): T {
    return values[this.between(0, values.length - 1)];
  }

  graph(): Graph {
    return { input: this.input, outputs: [this.current], nodes: this.nodes };
  }

  get #channels(): number {
    return pixels(this.current.shape)[2];
  }

  #name(op: string): string {
    return `${op}_${this.#count++}`;
  }

  #constant(shape: readonly number[]): Tensor {
    const data = randomFloats(elementCount(shape), this.between(0, 1e9));
    return { name: this.#name('constant'), shape, type: 'float32', data };
  }

  #clamp(): Clamp {
    return this.pick([LINEAR, LINEAR, RELU, RELU6, { min: -1, max: 1 }]);
  }

  #push(node: Node): void {
    this.nodes.push(node);
    this.current = node.output;
  }

  #output(shape: readonly number[]): Tensor {
    return { name: this.#name('tensor'), shape, type: 'float32' };
  }

  #window(kernel: [number, number], stride: [number, number], dilation: [number, number], padded: boolean): Window {
    const pad = (reach: number): number => (padded ? this.between(0, reach - 1) : 0);
    const reach = kernel.map((extent, i) => (extent - 1) * dilation[i] + 1);
    return {
      kernel,
      stride,
      dilation,
      padding: { top: pad(reach[0]), bottom: pad(reach[0]), left: pad(reach[1]), right: pad(reach[1]) },
    };
  }

  #extents({ kernel, stride, dilation, padding }: Window): [number, number] {
    const [height, width] = pixels(this.current.shape);
    return [
      windowExtent(height, kernel[0], stride[0], dilation[0], padding.top + padding.bottom),
      windowExtent(width, kernel[1], stride[1], dilation[1], padding.left + padding.right),
    ];
  }

  /** A window that fits the current picture, or undefined if the dice do not find one. */
  #fitting(sizes: readonly number[]): { window: Window; extents: [number, number] } | undefined {
    const square = this.#random() < 0.8;
    const size = this.pick(sizes);
    const stride = this.pick([1, 1, 2, 3]);
    const dilation = this.pick([1, 1, 1, 2]);
    const window = this.#window(
      [size, square ? size : this.pick(sizes)],
      [stride, square ? stride : this.pick([1, 2])],
      [dilation, dilation],
      this.#random() < 0.7,
    );
    const extents = this.#extents(window);
    return extents.every((extent) => extent >= 1) ? { window, extents } : undefined;
  }

  conv(kernel?: number): void {
    const fit = kernel === 1 ? undefined : this.#fitting([1, 2, 3, 5]);
    const [height, width] = pixels(this.current.shape);
    const window: Window = fit?.window ?? { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], padding: NO_PADDING };
    const outputs = this.pick([1, 5, 8, 16, 17, 24, 33]);
    this.#push({
      op: 'conv2d',
      name: this.#name('conv'),
      inputs: [this.current],
      filter: this.#constant([outputs, ...window.kernel, this.#channels]),
      bias: this.#random() < 0.5 ? this.#constant([outputs]) : undefined,
      window,
      clamp: this.#clamp(),
      output: this.#output([1, ...(fit?.extents ?? [height, width]), outputs]),
    });
  }

  depthwise(): void {
    const fit = this.#fitting([1, 3, 3, 3, 5]);
    if (!fit) {
      this.affine();
      return;
    }
    const outputs = this.#channels * this.pick([1, 1, 1, 2]);
    this.#push({
      op: 'depthwise_conv2d',
      name: this.#name('depthwise'),
      inputs: [this.current],
      filter: this.#constant([1, ...fit.window.kernel, outputs]),
      bias: this.#random() < 0.5 ? this.#constant([outputs]) : undefined,
      window: fit.window,
      clamp: this.#clamp(),
      output: this.#output([1, ...fit.extents, outputs]),
    });
  }

  affine(): void {
    this.#push({
      op: 'affine',
      name: this.#name('affine'),
      inputs: [this.current],
      scale: Float64Array.from(randomFloats(this.#channels, this.between(0, 1e9))),
      shift: Float64Array.from(randomFloats(this.#channels, this.between(0, 1e9))),
      output: this.#output(this.current.shape),
    });
  }

  activation(): void {
    const output = this.#output(this.current.shape);
    this.#push({ op: 'activation', name: this.#name('act'), inputs: [this.current], clamp: this.#clamp(), output });
  }

  pad(): void {
    const [height, width, channels] = pixels(this.current.shape);
    const [top, left, bottom, right] = [0, 0, 0, 0].map(() => this.between(0, 2));
    this.#push({
      op: 'pad',
      name: this.#name('pad'),
      inputs: [this.current],
      padding: { top, left, bottom, right },
      output: this.#output([1, height + top + bottom, width + left + right, channels]),
    });
  }

  pool(): void {
    const fit = this.#fitting([2, 3]);
    if (!fit || Object.values(fit.window.padding).some((n) => n > 1)) return;
    this.#push({
      op: 'pool',
      kind: this.pick(['average', 'max']),
      source: 'pool',
      name: this.#name('pool'),
      inputs: [this.current],
      window: { ...fit.window, dilation: [1, 1] },
      clamp: this.#clamp(),
      output: this.#output([1, ...this.#extents({ ...fit.window, dilation: [1, 1] }), this.#channels]),
    });
  }

  /** An inverted residual: with a skip connection, in either order of operands. */
  bottleneck(): void {
    const start = this.current;
    this.conv(1);
    this.affine();
    this.activation();
    const padding = { top: 1, left: 1, bottom: 1, right: 1 };
    this.#push({
      op: 'depthwise_conv2d',
      name: this.#name('depthwise'),
      inputs: [this.current],
      filter: this.#constant([1, 3, 3, this.#channels]),
      window: { kernel: [3, 3], stride: [1, 1], dilation: [1, 1], padding },
      clamp: RELU6,
      output: this.#output(this.current.shape),
    });
    const channels = pixels(start.shape)[2];
    this.#push({
      op: 'conv2d',
      name: this.#name('project'),
      inputs: [this.current],
      filter: this.#constant([channels, 1, 1, this.#channels]),
      window: { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], padding: NO_PADDING },
      clamp: this.pick([LINEAR, { min: -0.5, max: 0.5 }]),
      output: this.#output(start.shape),
    });
    const inputs = this.pick([
      [this.current, start],
      [start, this.current],
    ]);
    const output = this.#output(start.shape);
    this.#push({ op: 'add', name: this.#name('add'), inputs, clamp: this.#clamp(), output });
  }

  head(): void {
    const [height, width, channels] = pixels(this.current.shape);
    if (this.#random() < 0.6) {
      this.#push({
        op: 'pool',
        kind: this.pick(['average', 'average', 'max']),
        source: 'mean',
        name: this.#name('global'),
        inputs: [this.current],
        window: { kernel: [height, width], stride: [1, 1], dilation: [1, 1], padding: NO_PADDING },
        clamp: LINEAR,
        output: this.#output(
          this.pick([
            [1, channels],
            [1, 1, 1, channels],
          ]),
        ),
      });
    }
    const flat = elementCount(this.current.shape);
    const shaped = this.#output([1, flat]);
    this.#push({ op: 'reshape', name: this.#name('flatten'), inputs: [this.current], output: shaped });
    const classes = this.between(2, 20);
    this.#push({
      op: 'dense',
      name: this.#name('dense'),
      inputs: [this.current],
      filter: this.#constant([classes, flat]),
      bias: this.#constant([classes]),
      clamp: this.#clamp(),
      output: this.#output([1, classes]),
    });
    const activation = this.pick(['softmax', 'softmax', 'sigmoid', 'none']);
    const base = { name: this.#name('head'), inputs: [this.current], output: this.#output([1, classes]) };
    if (activation === 'softmax') this.#push({ ...base, op: 'softmax', beta: this.pick([1, 0.5]) });
    if (activation === 'sigmoid') this.#push({ ...base, op: 'sigmoid' });
  }
}

/** A random network with a head, the same for the same seed. */
export function randomGraph(seed: number): Graph {
  const net = new RandomGraph(seed);
  const layers = net.between(1, 6);
  for (let i = 0; i < layers; i++) {
    const layer = net.pick(['conv', 'depthwise', 'affine', 'activation', 'pad', 'pool', 'bottleneck'] as const);
    net[layer]();
  }
  net.head();
  return net.graph();
}
