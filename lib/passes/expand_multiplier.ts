/**
 * A depthwise convolution with a multiplier becomes a plain convolution whose filter is zero off its own channel,
 * so that engines know multiplier 1 only. MobileNets have at most one such layer, on the picture's 1 or 3 channels.
 */

import type { Budget } from '../base/budget';
import { typedArrayKind } from '../base/bytes';
import { MobileNetEdgeError } from '../base/errors';
import type { Phase } from '../base/phase';
import type { Tensor, TensorData } from '../graph/graph';
import type { DepthwiseConv2D, Graph, Node } from '../ops';

/** Most of them zeros; more than any layer of the family has. */
const MOST_WEIGHTS = 2 ** 22;

const ARRAYS = { Float32Array, Uint16Array, Uint8Array, Int8Array, Int32Array };

function newLike(values: TensorData, length: number): TensorData {
  return new ARRAYS[typedArrayKind(values) as keyof typeof ARRAYS](length);
}

function expanded({ name, filter }: DepthwiseConv2D, inputs: number, budget: Budget): Tensor {
  const [, height, width, outputs] = filter.shape;
  const count = outputs * height * width * inputs;
  if (count > MOST_WEIGHTS) {
    throw new MobileNetEdgeError(
      'OPERATOR_UNSUPPORTED',
      `DEPTHWISE_CONV_2D ${name}: expected a multiplier of 1, or few channels, but ${inputs} channels become ${outputs}`,
    );
  }
  const multiplier = outputs / inputs;
  const source = filter.data!;
  const { quantization } = filter;
  budget.spendBytes(count * source.BYTES_PER_ELEMENT, name);
  const data = newLike(source, count).fill(quantization?.zeroPoint[0] ?? 0);
  for (let o = 0; o < outputs; o++) {
    const channel = Math.floor(o / multiplier);
    for (let tap = 0; tap < height * width; tap++) {
      data[(o * height * width + tap) * inputs + channel] = source[tap * outputs + o];
    }
  }
  return {
    ...filter,
    shape: [outputs, height, width, inputs],
    data,
    // The output channel has become the first axis.
    quantization: quantization && { ...quantization, axis: 0 },
  };
}

export function* expandMultiplier(graph: Graph, budget: Budget): Phase<Graph> {
  /** Layers may share a filter. */
  const known = new Map<Tensor, { inputs: number; filter: Tensor }>();
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    if (budget.turnIsOver()) yield;
    const [{ shape }] = node.inputs;
    const inputs = shape[shape.length - 1];
    if (node.op !== 'depthwise_conv2d' || node.filter.shape[3] === inputs) {
      nodes.push(node);
      continue;
    }
    let last = known.get(node.filter);
    if (last?.inputs !== inputs) {
      last = { inputs, filter: expanded(node, inputs, budget) };
      known.set(node.filter, last);
    }
    nodes.push({ ...node, op: 'conv2d', filter: last.filter });
  }
  return { ...graph, nodes };
}
