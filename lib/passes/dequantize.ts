/**
 * A quantized Graph as a float32 one with the same meaning, but for rounding: weights become real numbers,
 * and every result is clamped to the range that its quantization can represent. The clamp matters: converters
 * drop a ReLU6 that the range [0, 6] of a uint8 tensor already implies.
 */
import type { Budget } from '../budget';
import { isTypedArray } from '../bytes';
import { MobileNetEdgeError } from '../errors';
import { type Clamp, type Graph, integerRange, isQuantized, LINEAR, type Node, type Tensor } from '../graph';
import type { Phase } from '../phase';

/** The real interval that a quantized activation can hold; everything for float32. */
function representable(tensor: Tensor): Clamp {
  if (!isQuantized(tensor)) return LINEAR;
  const [low, high] = integerRange(tensor.type);
  const { scale, zeroPoint } = tensor.quantization!;
  return { min: (low - zeroPoint[0]) * scale[0], max: (high - zeroPoint[0]) * scale[0] };
}

function covers(outer: Clamp, inner: Clamp): boolean {
  return outer.min <= inner.min && outer.max >= inner.max;
}

function intersect(a: Clamp, b: Clamp): Clamp {
  return { min: Math.max(a.min, b.min), max: Math.min(a.max, b.max) };
}

/** Real values of a quantized constant, per tensor or along its axis. */
export function realValues(tensor: Tensor, budget: Budget): Float32Array {
  const { data, quantization, shape } = tensor;
  if (isTypedArray(data, 'Float32Array')) return data;
  if (!data || !quantization) {
    throw new MobileNetEdgeError(
      'MODEL_INVALID',
      `Expected ${tensor.name} to be float32 or quantized but it is ${tensor.type}`,
    );
  }
  const { scale, zeroPoint, axis } = quantization;
  // Values come in runs of one channel: all of them, or what lies within one index of the axis.
  const channels = scale.length;
  const run = channels > 1 ? shape.slice(axis + 1).reduce((a, b) => a * b, 1) : data.length;
  const values = budget.float32s(data.length, `the real values of ${tensor.name}`);
  for (let at = 0, c = 0; at < values.length; at += run, c = (c + 1) % channels) {
    const zero = zeroPoint[c] ?? zeroPoint[0] ?? 0;
    for (let i = at; i < at + run; i++) values[i] = (data[i] - zero) * scale[c];
  }
  return values;
}

/** Constants as real numbers, each converted once however many layers share it. */
export class RealConstants {
  readonly #known = new Map<Tensor, Tensor>();
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  of(tensor: Tensor): Tensor {
    if (tensor.type === 'float32') return tensor;
    let real = this.#known.get(tensor);
    if (!real) {
      const { name, shape } = tensor;
      real = { name, shape, type: 'float32', data: realValues(tensor, this.#budget) };
      this.#known.set(tensor, real);
    }
    return real;
  }
}

/** Layers with float32 results keep quantized weights in some files: those become real numbers. */
export function* dequantizeWeights(graph: Graph, budget: Budget): Phase<Graph> {
  const real = new RealConstants(budget);
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    if (budget.turnIsOver()) yield;
    if (!('filter' in node) || isQuantized(node.output)) nodes.push(node);
    else nodes.push({ ...node, filter: real.of(node.filter), bias: node.bias && real.of(node.bias) });
  }
  return { ...graph, nodes };
}

export function* dequantize(graph: Graph, budget: Budget): Phase<Graph> {
  const real = new RealConstants(budget);
  const floats = new Map<Tensor, Tensor>();
  const float = (tensor: Tensor): Tensor => {
    if (tensor.type === 'float32') return tensor;
    let found = floats.get(tensor);
    if (!found) {
      found = { name: tensor.name, shape: tensor.shape, type: 'float32' };
      floats.set(tensor, found);
    }
    return found;
  };
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    if (budget.turnIsOver()) yield;
    nodes.push(dequantized(node, float, real));
  }
  return { input: float(graph.input), output: float(graph.output), nodes };
}

function dequantized(node: Node, float: (tensor: Tensor) => Tensor, real: RealConstants): Node {
  const base = { name: node.name, inputs: node.inputs.map(float), output: float(node.output) };
  const range = representable(node.output);
  switch (node.op) {
    case 'conv2d':
    case 'depthwise_conv2d':
    case 'dense':
      return {
        ...node,
        ...base,
        filter: real.of(node.filter),
        bias: node.bias && real.of(node.bias),
        clamp: intersect(node.clamp, range),
      };
    case 'activation':
    case 'add':
    case 'pool':
      return { ...node, ...base, clamp: intersect(node.clamp, range) };
    case 'requantize':
      // Into a range that holds all it gets, it only renames.
      return covers(range, representable(node.inputs[0]))
        ? { ...base, op: 'reshape' }
        : { ...base, op: 'activation', clamp: range };
    default:
      return { ...node, ...base };
  }
}
