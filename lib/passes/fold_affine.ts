/**
 * Folds batch normalisation and other per-channel arithmetic into the convolution or dense layer before it
 * (w' = w * scale, b' = b * scale + shift, in double precision). An affine node with no such layer before it
 * becomes a 1x1 depthwise convolution.
 */

import type { Budget } from '../base/budget';
import type { Phase } from '../base/phase';
import { isLinear, LINEAR, type Tensor } from '../graph/graph';
import type { Affine, Graph, Node } from '../ops';
import { pointDepthwise, readerCounts, SharedConstants } from './rewrite';

type Weighted = Extract<Node, { filter: Tensor }>;

function isFoldable(node: Node | undefined): node is Weighted {
  return (
    node !== undefined &&
    (node.op === 'conv2d' || node.op === 'depthwise_conv2d' || node.op === 'dense') &&
    isLinear(node.clamp)
  );
}

function constant(name: string, shape: readonly number[], data: Float32Array): Tensor {
  return { name, shape, type: 'float32', data };
}

function fold(node: Weighted, { scale, shift, output }: Affine, budget: Budget): Node {
  const { filter, bias } = node;
  const channels = scale.length;
  // The output channel is the last axis of a depthwise filter and the first of the others.
  const run = node.op === 'depthwise_conv2d' ? 1 : filter.data!.length / channels;
  const weights = budget.float32s(filter.data!.length, `folding ${node.name}`);
  for (let at = 0, c = 0; at < weights.length; at += run, c = (c + 1) % channels) {
    for (let i = at; i < at + run; i++) weights[i] = filter.data![i] * scale[c];
  }
  const biases = budget.float32s(channels, `folding ${node.name}`);
  for (let c = 0; c < channels; c++) biases[c] = (bias?.data?.[c] ?? 0) * scale[c] + shift[c];
  return {
    ...node,
    output,
    filter: constant(filter.name, filter.shape, weights),
    bias: constant(`${node.name}/bias`, [channels], biases),
  };
}

function standAlone(node: Affine, constants: SharedConstants, budget: Budget): Node {
  const { length } = node.scale;
  const scale = budget.float32s(length, node.name);
  const shift = budget.float32s(length, node.name);
  scale.set(node.scale);
  shift.set(node.shift);
  return pointDepthwise(node, LINEAR, constants, { scale, shift });
}

export function* foldAffine(graph: Graph, budget: Budget): Phase<Graph> {
  const readers = readerCounts(graph);
  const constants = new SharedConstants(budget);
  const made = new Map<Tensor, number>();
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    if (budget.turnIsOver()) yield;
    const at = node.op === 'affine' ? made.get(node.inputs[0]) : undefined;
    const before = at === undefined ? undefined : nodes[at];
    if (node.op === 'affine' && isFoldable(before) && readers.get(before.output) === 1) {
      nodes[at!] = fold(before, node, budget);
      made.set(node.output, at!);
    } else {
      made.set(node.output, nodes.length);
      nodes.push(node.op === 'affine' ? standAlone(node, constants, budget) : node);
    }
  }
  return { ...graph, nodes };
}
