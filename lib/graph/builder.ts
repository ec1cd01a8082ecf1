/**
 * Makes nodes from attributes and input tensors. What shape a node's output has is inferred here, for every reader and
 * architecture; a reader says what its file calls things and, where the file states a shape, checks that it is this one.
 */
import type { Budget } from '../base/budget';
import { describe } from '../base/expect';
import {
  type Activation,
  type Add,
  type Affine,
  type Clamp,
  type Conv2D,
  type Dense,
  type DepthwiseConv2D,
  elementCount,
  isLinear,
  LINEAR,
  NO_PADDING,
  type Node,
  type Pad,
  type Padding,
  type Pool,
  type Requantize,
  type Reshape,
  type Sigmoid,
  type Softmax,
  samePadding,
  type Tensor,
  type Window,
  windowExtent,
} from './graph';

/**
 * What an output shares with its input: 'type' where values are computed, 'scale' where they are only moved or compared, so
 * that their quantization cannot change, 'nothing' where the node is there to change it.
 */
export type Keeps = 'type' | 'scale' | 'nothing';

/** What a node is made of: an operator or layer of a file, a line of an architecture's table. */
export interface Origin {
  /** The node's. */
  readonly name: string;
  /** The tensor that the node makes, of this shape. Throws if the file says another. */
  output(shape: readonly number[], input: Tensor, keeps: Keeps): Tensor;
  /** The error of what cannot be; `why` continues a sentence that begins with the origin. */
  invalid(why: string): Error;
  /** The error of what might be, but is not supported. */
  unsupported(why: string): Error;
}

export interface WindowOptions {
  kernel: readonly [vertical: number, horizontal: number];
  stride: readonly [vertical: number, horizontal: number];
  dilation: readonly [vertical: number, horizontal: number];
  /** TensorFlow's SAME or VALID, or pixels. */
  padding: 'same' | 'valid' | Padding;
}

/** A 1x1 window, as of a pointwise convolution. */
export const POINT: WindowOptions = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], padding: 'valid' };

interface Layer {
  input: Tensor;
  filter: Tensor;
  bias?: Tensor;
  clamp: Clamp;
}

interface WindowedLayer extends Layer {
  window: Omit<WindowOptions, 'kernel'>;
}

/** Of windows and paddings, in pixels. */
const MOST_PIXELS = 65536;

const text = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

export class GraphBuilder {
  /** In an order in which every input is made before it is used. */
  readonly nodes: Node[] = [];
  readonly #budget: Budget | undefined;

  constructor(budget?: Budget) {
    this.#budget = budget;
  }

  /** `filter` is [outputs, height, width, inputs]. */
  conv2d(origin: Origin, { input, filter, bias, window: options, clamp }: WindowedLayer): Conv2D {
    const [outputs, kernelHeight, kernelWidth, inputs] = filter.shape;
    const { window, height, width } = slide(origin, input, { ...options, kernel: [kernelHeight, kernelWidth] });
    const channels = input.shape[3];
    if (channels !== inputs) {
      if (channels % inputs === 0) throw origin.unsupported(`is not supported in groups (${channels / inputs})`);
      throw origin.invalid(`expects ${inputs} channels but its input has ${channels}`);
    }
    const biases = biasOf(origin, bias, outputs);
    const base = this.#base(origin, [1, height, width, outputs], [input]);
    return this.#push({ op: 'conv2d', ...base, filter, bias: biases, window, clamp });
  }

  /** `filter` is [1, height, width, channels * multiplier]. */
  depthwiseConv2d(origin: Origin, { input, filter, bias, window: options, clamp }: WindowedLayer): DepthwiseConv2D {
    const [one, kernelHeight, kernelWidth, outputs] = filter.shape;
    const { window, height, width } = slide(origin, input, { ...options, kernel: [kernelHeight, kernelWidth] });
    if (one !== 1 || outputs % input.shape[3] !== 0) {
      throw origin.invalid(`expects a filter for ${input.shape[3]} channels but it is ${text(filter.shape)}`);
    }
    const biases = biasOf(origin, bias, outputs);
    const base = this.#base(origin, [1, height, width, outputs], [input]);
    return this.#push({ op: 'depthwise_conv2d', ...base, filter, bias: biases, window, clamp });
  }

  /**
   * `filter` is [outputs, inputs]. With `keepsAxes` over the last axis, whatever the others are; else over each run of so many
   * values, one row each.
   */
  dense(origin: Origin, { input, filter, bias, clamp, keepsAxes }: Layer & { keepsAxes: boolean }): Dense {
    const [outputs, inputs] = filter.shape;
    const { shape } = input;
    const count = elementCount(shape);
    if (count % inputs !== 0 || (keepsAxes && shape[shape.length - 1] !== inputs)) {
      throw origin.invalid(`expects ${inputs} values but its input ${text(shape)} has ${count}`);
    }
    const leading = keepsAxes ? shape.slice(0, -1) : [count / inputs];
    const biases = biasOf(origin, bias, outputs);
    return this.#push({
      op: 'dense',
      ...this.#base(origin, [...leading, outputs], [input]),
      filter,
      bias: biases,
      clamp,
    });
  }

  pool(
    origin: Origin,
    { input, kind, window: options, clamp }: Pick<Pool, 'kind' | 'clamp'> & { input: Tensor; window: WindowOptions },
  ): Pool {
    const { window, height, width } = slide(origin, input, options);
    const base = this.#base(origin, [1, height, width, input.shape[3]], [input], 'scale');
    return this.#push({ op: 'pool', kind, source: 'pool', ...base, window, clamp });
  }

  /** Over the whole picture: [1, channels], or with `keepsAxes` [1, 1, 1, channels]. */
  globalPool(
    origin: Origin,
    { input, kind, keepsAxes }: Pick<Pool, 'kind'> & { input: Tensor; keepsAxes: boolean },
  ): Pool {
    const [height, width, channels] = pictureOf(origin, input);
    const shape = keepsAxes ? [1, 1, 1, channels] : [1, channels];
    const base = this.#base(origin, shape, [input], kind === 'max' ? 'scale' : 'type');
    const window: Window = { kernel: [height, width], stride: [1, 1], dilation: [1, 1], padding: NO_PADDING };
    return this.#push({ op: 'pool', kind, source: 'mean', ...base, window, clamp: LINEAR });
  }

  add(origin: Origin, inputs: [Tensor, Tensor], clamp: Clamp): Add {
    const [a, b] = inputs.map(({ shape }) => text(shape));
    if (a !== b) throw origin.unsupported(`is not supported between different shapes (${a} and ${b})`);
    if (inputs[0].type !== inputs[1].type) {
      throw origin.unsupported(`is not supported between ${inputs[0].type} and ${inputs[1].type}`);
    }
    return this.#push({ op: 'add', ...this.#base(origin, inputs[0].shape, inputs), clamp });
  }

  pad(origin: Origin, input: Tensor, padding: Padding): Pad {
    const [height, width, channels] = pictureOf(origin, input);
    const { top, left, bottom, right } = padding;
    const sides = [top, left, bottom, right];
    if (!sides.every((side) => Number.isInteger(side) && side >= 0 && side <= MOST_PIXELS)) {
      throw origin.invalid(`expects a padding of 0 to ${MOST_PIXELS} pixels on each side but it is ${describe(sides)}`);
    }
    const base = this.#base(origin, [1, height + top + bottom, width + left + right, channels], [input], 'scale');
    return this.#push({ op: 'pad', ...base, padding });
  }

  /** At most one extent of `shape` is -1: what is left for it. */
  reshape(origin: Origin, input: Tensor, shape: readonly number[]): Reshape {
    const resolved = resolveShape(shape, elementCount(input.shape));
    if (!resolved) throw origin.invalid(`cannot make ${text(shape)} of ${text(input.shape)}`);
    return this.#push({ op: 'reshape', ...this.#base(origin, resolved, [input], 'scale') });
  }

  /** `scale` and `shift` have one value per channel. A clamp that is not linear becomes an activation of its own. */
  affine(
    origin: Origin,
    {
      input,
      source,
      scale,
      shift,
      clamp = LINEAR,
    }: Pick<Affine, 'source' | 'scale' | 'shift'> & {
      input: Tensor;
      clamp?: Clamp;
    },
  ): Affine | Activation {
    const base = this.#base(origin, input.shape, [input]);
    if (isLinear(clamp)) return this.#push({ op: 'affine', source, ...base, scale, shift });
    const between: Tensor = { ...base.output, name: `${base.output.name}/unclamped` };
    this.#push({ op: 'affine', source, ...base, output: between, scale, shift });
    return this.#push({ op: 'activation', ...base, name: `${base.name}/activation`, inputs: [between], clamp });
  }

  activation(origin: Origin, input: Tensor, clamp: Clamp): Activation {
    return this.#push({ op: 'activation', ...this.#base(origin, input.shape, [input]), clamp });
  }

  softmax(origin: Origin, input: Tensor, beta: number): Softmax {
    return this.#push({ op: 'softmax', ...this.#base(origin, input.shape, [input]), beta });
  }

  sigmoid(origin: Origin, input: Tensor): Sigmoid {
    return this.#push({ op: 'sigmoid', ...this.#base(origin, input.shape, [input]) });
  }

  requantize(origin: Origin, input: Tensor): Requantize {
    return this.#push({ op: 'requantize', ...this.#base(origin, input.shape, [input], 'nothing') });
  }

  #base(origin: Origin, shape: readonly number[], inputs: Tensor[], keeps: Keeps = 'type') {
    return { name: origin.name, inputs, output: origin.output(shape, inputs[0], keeps) };
  }

  #push<Made extends Node>(node: Made): Made {
    this.#budget?.spendOperators();
    this.nodes.push(node);
    return node;
  }
}

function pictureOf(origin: Origin, { shape }: Tensor): readonly [height: number, width: number, channels: number] {
  if (shape.length !== 4) {
    throw origin.invalid(`expects an input of [1, height, width, channels] but it is ${text(shape)}`);
  }
  return [shape[1], shape[2], shape[3]];
}

/** The explicit padding of a window over a picture, and the height and width that it leaves. */
function slide(
  origin: Origin,
  input: Tensor,
  { kernel, stride, dilation, padding }: WindowOptions,
): { window: Window; height: number; width: number } {
  const extents = pictureOf(origin, input);
  for (const [what, values] of Object.entries({ kernel, stride, dilation })) {
    if (!values.every((value) => Number.isInteger(value) && value >= 1 && value <= MOST_PIXELS)) {
      throw origin.invalid(`expects a ${what} of 1 or more but it is ${values.join('x')}`);
    }
  }
  const pads = [0, 1].map((axis) => {
    if (padding === 'same') return samePadding(extents[axis], kernel[axis], stride[axis], dilation[axis]);
    if (padding === 'valid') return [0, 0];
    return axis === 0 ? [padding.top, padding.bottom] : [padding.left, padding.right];
  });
  const [height, width] = pads.map(([before, after], axis) =>
    windowExtent(extents[axis], kernel[axis], stride[axis], dilation[axis], before + after),
  );
  if (height < 1 || width < 1) {
    throw origin.invalid(
      `expects a larger input: a ${kernel.join('x')} window does not fit ${extents[0]}x${extents[1]} pixels`,
    );
  }
  const [[top, bottom], [left, right]] = pads;
  return { window: { kernel, stride, dilation, padding: { top, left, bottom, right } }, height, width };
}

/** A vector of `outputs` values, whatever axes of extent 1 the file adds. */
function biasOf(origin: Origin, bias: Tensor | undefined, outputs: number): Tensor | undefined {
  if (!bias) return undefined;
  if (elementCount(bias.shape) !== outputs) {
    throw origin.invalid(`expects ${outputs} biases but has ${text(bias.shape)}`);
  }
  return bias.shape.length === 1 ? bias : { ...bias, shape: [outputs] };
}

/** A shape with at most one -1, filled in so that it holds `count` values; undefined if it cannot. */
function resolveShape(shape: readonly number[], count: number): number[] | undefined {
  const known = elementCount(shape.filter((extent) => extent !== -1));
  const resolved = shape.map((extent) => (extent === -1 ? count / known : extent));
  const fits = resolved.every((extent) => Number.isInteger(extent) && extent > 0) && elementCount(resolved) === count;
  return fits && shape.filter((extent) => extent === -1).length <= 1 ? resolved : undefined;
}
