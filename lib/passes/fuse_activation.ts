/** Moves the clamp of an activation node into the node that makes its input; one that cannot move becomes a 1x1 depthwise convolution. */

import type { Budget } from '../base/budget';
import type { Phase } from '../base/phase';
import { type Clamp, isLinear, isQuantized, type Tensor } from '../graph/graph';
import type { Graph, Node } from '../ops';
import { pointDepthwise, readerCounts, SharedConstants } from './rewrite';

/** The clamp that does what `first` and then `second` do. */
function compose(first: Clamp, second: Clamp): Clamp {
  const clamp = (x: number): number => Math.min(second.max, Math.max(second.min, x));
  return { min: clamp(first.min), max: clamp(first.max) };
}

export function* fuseActivation(graph: Graph, budget: Budget): Phase<Graph> {
  const readers = readerCounts(graph);
  const constants = new SharedConstants(budget);
  const made = new Map<Tensor, number>();
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    if (budget.turnIsOver()) yield;
    if (node.op !== 'activation' || isQuantized(node.output)) {
      made.set(node.output, nodes.length);
      nodes.push(node);
      continue;
    }
    const [input] = node.inputs;
    const at = made.get(input);
    const before = at === undefined ? undefined : nodes[at];
    if (isLinear(node.clamp)) {
      nodes.push({ op: 'reshape', name: node.name, inputs: node.inputs, output: node.output });
      made.set(node.output, nodes.length - 1);
    } else if (before && 'clamp' in before && readers.get(input) === 1) {
      nodes[at!] = { ...before, output: node.output, clamp: compose(before.clamp, node.clamp) };
      made.set(node.output, at!);
    } else {
      made.set(node.output, nodes.length);
      nodes.push(pointDepthwise(node, node.clamp, constants));
    }
  }
  return { ...graph, nodes };
}
