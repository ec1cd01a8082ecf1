/**
 * The Graph: what a model means, independent of the file it came from and of the engine that will run it.
 * Readers (lib/formats) and architectures (lib/architectures) make Graphs, passes (lib/passes) turn one
 * Graph into a simpler one, and lib/compile lowers the last one to a Program.
 *
 * Conventions: activations are NHWC with batch 1. Filters have TFLite's layouts, whatever the file had:
 *   conv2d            filter [outputs, height, width, inputs], bias [outputs]
 *   depthwise_conv2d  filter [1, height, width, inputs * multiplier], bias the same length
 *   dense             filter [outputs, inputs], bias [outputs]
 */

/** float16 only after passes/halve.ts: IEEE binary16, of which constants hold the bits. */
export type DataType = 'float32' | 'float16' | 'uint8' | 'int8' | 'int32';
/** Of a model's own inputs and outputs. */
export type FileType = Exclude<DataType, 'float16'>;
export type TensorData = Float32Array | Uint16Array | Uint8Array | Int8Array | Int32Array;
/** An activation's values in its own type, dense NHWC: what `predict` takes and gives. */
export type TensorValues = Float32Array | Uint8Array | Int8Array;

/** Affine quantization, real = scale[c] * (q - zeroPoint[c]); one entry per tensor or one per index along `axis`. */
export interface Quantization {
  scale: ArrayLike<number>;
  zeroPoint: ArrayLike<number>;
  axis: number;
}

export interface Tensor {
  name: string;
  /** Row-major extents; activations are [1, height, width, channels] or [1, channels]. */
  shape: readonly number[];
  type: DataType;
  quantization?: Quantization;
  /** Present on constants only. */
  data?: TensorData;
}

/** Closed interval that a result is clamped to: ReLU is [0, Infinity], ReLU6 [0, 6], linear [-Infinity, Infinity]. */
export interface Clamp {
  min: number;
  max: number;
}

export const LINEAR: Clamp = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
export const RELU: Clamp = { min: 0, max: Number.POSITIVE_INFINITY };
export const RELU6: Clamp = { min: 0, max: 6 };

export function isLinear(clamp: Clamp): boolean {
  return clamp.min === Number.NEGATIVE_INFINITY && clamp.max === Number.POSITIVE_INFINITY;
}

/** Zeros around the picture (for quantized tensors, zero points), in pixels. */
export interface Padding {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

export const NO_PADDING: Padding = { top: 0, left: 0, bottom: 0, right: 0 };

/** A sliding window over rows and columns; pairs are [vertical, horizontal]. */
export interface Window {
  kernel: readonly [number, number];
  stride: readonly [number, number];
  dilation: readonly [number, number];
  padding: Padding;
}

/** What all nodes are made of; each op adds its own (lib/ops). */
export interface NodeBase {
  name: string;
  inputs: Tensor[];
  output: Tensor;
}

/**
 * One picture in, one or more results out, the first of which is what classify() reads. Nodes are in an order in which every
 * input is made before it is used.
 */
export interface Graph<Node extends NodeBase = NodeBase> {
  input: Tensor;
  /** At least one; results of nodes. */
  outputs: readonly Tensor[];
  nodes: Node[];
  /** Whether the model takes pictures whose rows are the columns of `input`: [1, width, height, channels] in its terms. */
  swapsSides?: boolean;
}

/** Whether a tensor holds 8-bit integers that stand for real numbers. */
export function isQuantized(tensor: Tensor): boolean {
  return tensor.quantization !== undefined && (tensor.type === 'uint8' || tensor.type === 'int8');
}

/** The real interval that a quantized activation can hold; everything for others. */
export function representable(tensor: Tensor): Clamp {
  if (!isQuantized(tensor)) return LINEAR;
  const [low, high] = integerRange(tensor.type);
  const { scale, zeroPoint } = tensor.quantization!;
  return { min: (low - zeroPoint[0]) * scale[0], max: (high - zeroPoint[0]) * scale[0] };
}

export function covers(outer: Clamp, inner: Clamp): boolean {
  return outer.min <= inner.min && outer.max >= inner.max;
}

/** The smallest and largest integer of a quantized type. */
export function integerRange(type: Tensor['type']): [number, number] {
  return type === 'uint8' ? [0, 255] : [-128, 127];
}

/** How many values a shape holds. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** [height, width, channels] of an activation; vectors are one pixel. */
export function pixels(shape: readonly number[]): [height: number, width: number, channels: number] {
  const channels = shape[shape.length - 1] ?? 1;
  const width = shape[shape.length - 2];
  const height = shape[shape.length - 3];
  return shape.length >= 4 ? [height, width, channels] : [1, elementCount(shape) / channels, channels];
}

/** The padding and output extent of TensorFlow's SAME along one axis. */
export function samePadding(input: number, kernel: number, stride: number, dilation: number): [number, number] {
  const reach = (kernel - 1) * dilation + 1;
  const total = Math.max(0, (Math.ceil(input / stride) - 1) * stride + reach - input);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/** The output extent of a window along one axis. */
export function windowExtent(input: number, kernel: number, stride: number, dilation: number, padding: number): number {
  return Math.floor((input + padding - ((kernel - 1) * dilation + 1)) / stride) + 1;
}

/** Which nodes read each tensor. */
export function consumers<Node extends NodeBase>(graph: Graph<Node>): Map<Tensor, Node[]> {
  const readers = new Map<Tensor, Node[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      const known = readers.get(input);
      if (known) known.push(node);
      else readers.set(input, [node]);
    }
  }
  return readers;
}
