/**
 * A quantized Graph as a float32 one with the same meaning, but for rounding: weights become real numbers,
 * and every result is clamped to the range that its quantization can represent. The clamp matters: converters
 * drop a ReLU6 that the range [0, 6] of a uint8 tensor already implies.
 */
import { isTypedArray } from '../bytes';
import { MobileNetEdgeError } from '../errors';
import { type Clamp, type Graph, integerRange, isQuantized, LINEAR, type Node, type Tensor } from '../graph';

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
export function realValues(tensor: Tensor): Float32Array {
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
  const values = new Float32Array(data.length);
  for (let at = 0, c = 0; at < values.length; at += run, c = (c + 1) % channels) {
    const zero = zeroPoint[c] ?? zeroPoint[0] ?? 0;
    for (let i = at; i < at + run; i++) values[i] = (data[i] - zero) * scale[c];
  }
  return values;
}

function floatConstant(tensor: Tensor): Tensor {
  return tensor.type === 'float32'
    ? tensor
    : { name: tensor.name, shape: tensor.shape, type: 'float32', data: realValues(tensor) };
}

/** Layers with float32 results keep quantized weights in some files: those become real numbers. */
export function dequantizeWeights(graph: Graph): Graph {
  const nodes = graph.nodes.map((node): Node => {
    if (!('filter' in node) || isQuantized(node.output)) return node;
    return { ...node, filter: floatConstant(node.filter), bias: node.bias && floatConstant(node.bias) };
  });
  return { ...graph, nodes };
}

export function dequantize(graph: Graph): Graph {
  const floats = new Map<Tensor, Tensor>();
  const float = (tensor: Tensor): Tensor => {
    if (!floats.has(tensor)) {
      floats.set(
        tensor,
        tensor.type === 'float32' ? tensor : { name: tensor.name, shape: tensor.shape, type: 'float32' },
      );
    }
    return floats.get(tensor)!;
  };
  const nodes = graph.nodes.map((node): Node => {
    const base = { name: node.name, inputs: node.inputs.map(float), output: float(node.output) };
    const range = representable(node.output);
    switch (node.op) {
      case 'conv2d':
      case 'depthwise_conv2d':
      case 'dense':
        return {
          ...node,
          ...base,
          filter: floatConstant(node.filter),
          bias: node.bias && floatConstant(node.bias),
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
  });
  return { input: float(graph.input), output: float(graph.output), nodes };
}
