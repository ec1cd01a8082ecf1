/** Random small quantized Graphs: both types, per tensor and per channel, ordinary and extreme weights, zero points and scales. */

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
import { randomSource } from './random';

export class RandomQuantizedGraph {
  readonly nodes: Node[] = [];
  readonly input: Tensor;
  current: Tensor;
  readonly #random: () => number;
  readonly #type: 'uint8' | 'int8';
  #count = 0;

  constructor(seed: number) {
    this.#random = randomSource(seed * 7919 + 13);
    this.#type = this.pick(['uint8', 'int8']);
    const shape = [1, this.between(4, 15), this.between(4, 15), this.pick([1, 3, 3, 8, 17, 32])];
    this.input = this.#tensor(shape);
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

  /** Levels of every value, the ends more often than chance would have it. */
  levels(length: number): Uint8Array | Int8Array {
    const low = this.#type === 'uint8' ? 0 : -128;
    const extreme = this.#random() < 0.3;
    return this.#fill(length, () => (extreme ? this.pick([low, low + 255]) : this.between(low, low + 255)));
  }

  #fill(length: number, level: () => number): Uint8Array | Int8Array {
    const data = this.#type === 'uint8' ? new Uint8Array(length) : new Int8Array(length);
    for (let i = 0; i < length; i++) data[i] = level();
    return data;
  }

  #name(role: string): string {
    return `${role}_${this.#count++}`;
  }

  #zeroPoint(): number {
    const low = this.#type === 'uint8' ? 0 : -128;
    return this.#random() < 0.4 ? this.pick([low, low + 255, low + 128]) : this.between(low, low + 255);
  }

  #scale(magnitude: number): number {
    return Math.fround(magnitude * (0.5 + this.#random()));
  }

  #tensor(shape: readonly number[], like?: Tensor): Tensor {
    const quantization = like?.quantization ?? { scale: [this.#scale(0.04)], zeroPoint: [this.#zeroPoint()], axis: 0 };
    return { name: this.#name('tensor'), shape, type: this.#type, quantization };
  }

  /** Weights around zero as trained ones are, or uniform, or only the extremes that saturate 16 bits. */
  #filter(shape: readonly number[], channels: number, axis: number): Tensor {
    const perChannel = this.#type === 'int8' && this.#random() < 0.7;
    const zero = this.#type === 'uint8' ? this.pick([0, 128, 121, 255]) : 0;
    const style = this.pick(['trained', 'trained', 'uniform', 'extreme']);
    const low = this.#type === 'uint8' ? 0 : this.pick([-127, -128]);
    const high = this.#type === 'uint8' ? 255 : 127;
    const level = (): number => {
      if (style === 'extreme') return this.pick([low, high]);
      if (style === 'uniform') return this.between(low, high);
      const normal = (this.#random() + this.#random() + this.#random() + this.#random() - 2) * 60;
      return Math.min(high, Math.max(low, Math.round(normal) + zero));
    };
    const data = this.#fill(elementCount(shape), level);
    const count = perChannel ? channels : 1;
    const fanIn = elementCount(shape) / channels;
    const quantization = {
      scale: Float32Array.from({ length: count }, () => this.#scale(0.03 / Math.sqrt(fanIn))),
      zeroPoint: new Int32Array(count).fill(zero),
      axis,
    };
    return { name: this.#name('filter'), shape, type: this.#type, quantization, data };
  }

  #bias(channels: number): Tensor | undefined {
    if (this.#random() < 0.2) return undefined;
    const data = Int32Array.from({ length: channels }, () => this.between(-5000, 5000));
    return { name: this.#name('bias'), shape: [channels], type: 'int32', data };
  }

  #clamp(): Clamp {
    return this.pick([LINEAR, RELU, RELU6, RELU6, { min: -1, max: 1 }]);
  }

  #push(node: Node): void {
    this.nodes.push(node);
    this.current = node.output;
  }

  #window(sizes: readonly number[]): { window: Window; extents: number[] } {
    const [height, width] = pixels(this.current.shape);
    for (;;) {
      const size = this.pick(sizes);
      const kernel = [size, this.#random() < 0.85 ? size : this.pick(sizes)] as const;
      const stride = this.pick([1, 1, 2]);
      const dilation = this.pick([1, 1, 1, 2]);
      const pad = (extent: number): number => this.between(0, extent - 1);
      const padding = { top: pad(kernel[0]), bottom: pad(kernel[0]), left: pad(kernel[1]), right: pad(kernel[1]) };
      const extents = [
        windowExtent(height, kernel[0], stride, dilation, padding.top + padding.bottom),
        windowExtent(width, kernel[1], stride, dilation, padding.left + padding.right),
      ];
      const window: Window = { kernel, stride: [stride, stride], dilation: [dilation, dilation], padding };
      if (extents.every((extent) => extent >= 1)) return { window, extents };
    }
  }

  conv(kernel?: number, outputs = this.pick([1, 5, 8, 9, 16, 24, 33])): void {
    const [height, width, inputs] = pixels(this.current.shape);
    const point: Window = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], padding: NO_PADDING };
    const { window, extents } = kernel === 1 ? { window: point, extents: [height, width] } : this.#window([1, 2, 3, 3]);
    this.#push({
      op: 'conv2d',
      name: this.#name('conv'),
      inputs: [this.current],
      filter: this.#filter([outputs, ...window.kernel, inputs], outputs, 0),
      bias: this.#bias(outputs),
      window,
      clamp: this.#clamp(),
      output: this.#tensor([1, ...extents, outputs]),
    });
  }

  depthwise(): void {
    const { window, extents } = this.#window([1, 3, 3, 3, 3, 5]);
    const outputs = pixels(this.current.shape)[2] * this.pick([1, 1, 1, 1, 2]);
    this.#push({
      op: 'depthwise_conv2d',
      name: this.#name('depthwise'),
      inputs: [this.current],
      filter: this.#filter([1, ...window.kernel, outputs], outputs, 3),
      bias: this.#bias(outputs),
      window,
      clamp: this.#clamp(),
      output: this.#tensor([1, ...extents, outputs]),
    });
  }

  bottleneck(): void {
    const start = this.current;
    const [height, width, channels] = pixels(start.shape);
    this.conv(1, this.pick([16, 24, 40]));
    const expanded = this.current.shape[3];
    this.#push({
      op: 'depthwise_conv2d',
      name: this.#name('depthwise'),
      inputs: [this.current],
      filter: this.#filter([1, 3, 3, expanded], expanded, 3),
      bias: this.#bias(expanded),
      window: {
        kernel: [3, 3],
        stride: [1, 1],
        dilation: [1, 1],
        padding: { top: 1, left: 1, bottom: 1, right: 1 },
      },
      clamp: RELU6,
      output: this.#tensor([1, height, width, expanded]),
    });
    this.conv(1, channels);
    const inputs = this.pick([
      [this.current, start],
      [start, this.current],
    ]);
    this.#push({
      op: 'add',
      name: this.#name('add'),
      inputs,
      clamp: this.pick([LINEAR, RELU6]),
      output: this.#tensor(start.shape),
    });
  }

  activation(): void {
    const output = this.#tensor(this.current.shape);
    this.#push({ op: 'activation', name: this.#name('act'), inputs: [this.current], clamp: this.#clamp(), output });
  }

  requantize(): void {
    const output = this.#tensor(this.current.shape);
    this.#push({ op: 'requantize', name: this.#name('requantize'), inputs: [this.current], output });
  }

  pad(): void {
    const [height, width, channels] = pixels(this.current.shape);
    const [top, left, bottom, right] = [0, 0, 0, 0].map(() => this.between(0, 2));
    const output = this.#tensor([1, height + top + bottom, width + left + right, channels], this.current);
    const padding = { top, left, bottom, right };
    this.#push({ op: 'pad', name: this.#name('pad'), inputs: [this.current], padding, output });
  }

  pool(): void {
    const [height, width, channels] = pixels(this.current.shape);
    const kernel = [this.between(1, Math.min(3, height)), this.between(1, Math.min(3, width))] as const;
    const stride = this.pick([1, 2]);
    const padding =
      this.#random() < 0.5 ? NO_PADDING : { top: kernel[0] - 1, left: 0, bottom: 0, right: kernel[1] - 1 };
    const window: Window = { kernel, stride: [stride, stride], dilation: [1, 1], padding };
    const extents = [
      windowExtent(height, kernel[0], stride, 1, padding.top + padding.bottom),
      windowExtent(width, kernel[1], stride, 1, padding.left + padding.right),
    ];
    this.#push({
      op: 'pool',
      kind: this.pick(['average', 'max']),
      source: 'pool',
      name: this.#name('pool'),
      inputs: [this.current],
      window,
      clamp: this.#clamp(),
      output: this.#tensor([1, ...extents, channels], this.current),
    });
  }

  head(): void {
    const [height, width, channels] = pixels(this.current.shape);
    const source = this.pick(['pool', 'mean'] as const);
    this.#push({
      op: 'pool',
      kind: 'average',
      source,
      name: this.#name('global'),
      inputs: [this.current],
      window: { kernel: [height, width], stride: [1, 1], dilation: [1, 1], padding: NO_PADDING },
      clamp: LINEAR,
      output: this.#tensor([1, channels], source === 'pool' ? this.current : undefined),
    });
    const classes = this.between(2, 40);
    this.#push({
      op: 'dense',
      name: this.#name('dense'),
      inputs: [this.current],
      filter: this.#filter([classes, channels], classes, 0),
      bias: this.#bias(classes),
      clamp: LINEAR,
      output: this.#tensor([1, classes]),
    });
    if (this.#random() < 0.5) {
      const output: Tensor = {
        ...this.#tensor([1, classes]),
        quantization: { scale: [1 / 256], zeroPoint: [this.#type === 'uint8' ? 0 : -128], axis: 0 },
      };
      this.#push({ op: 'softmax', name: this.#name('softmax'), inputs: [this.current], beta: 1, output });
    }
  }
}

/** A random quantized network, the same for the same seed, and an input for it. */
export function randomQuantized(seed: number): { graph: Graph; input: Uint8Array | Int8Array } {
  const net = new RandomQuantizedGraph(seed);
  const layers = net.between(1, 4);
  for (let i = 0; i < layers; i++) {
    const ops = ['conv', 'depthwise', 'depthwise', 'bottleneck', 'activation', 'requantize', 'pad', 'pool'] as const;
    net[net.pick(ops)]();
  }
  if (net.between(0, 1)) net.head();
  return { graph: net.graph(), input: net.levels(elementCount(net.input.shape)) };
}
