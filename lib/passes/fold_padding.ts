/** Moves a padding node into the convolutions that read it; what else reads it gets a 1x1 depthwise convolution with padding. */

import type { Budget } from '../base/budget';
import type { Phase } from '../base/phase';
import { consumers, LINEAR, type Tensor } from '../graph/graph';
import type { Conv2D, DepthwiseConv2D, Graph, Node, Pad } from '../ops';
import { pointDepthwise, replaceInput, SharedConstants } from './rewrite';

function isConvolution(node: Node): node is Conv2D | DepthwiseConv2D {
  return node.op === 'conv2d' || node.op === 'depthwise_conv2d';
}

function widen(node: Conv2D | DepthwiseConv2D, { padding, inputs, output }: Pad): Node {
  const own = node.window.padding;
  const window = {
    ...node.window,
    padding: {
      top: own.top + padding.top,
      left: own.left + padding.left,
      bottom: own.bottom + padding.bottom,
      right: own.right + padding.right,
    },
  };
  return { ...(replaceInput(node, output, inputs[0]) as Conv2D | DepthwiseConv2D), window };
}

export function* foldPadding(graph: Graph, budget: Budget): Phase<Graph> {
  const constants = new SharedConstants(budget);
  const readers = consumers(graph);
  const outputs = new Set(graph.outputs);
  const folded = new Map<Tensor, Pad>();
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    if (budget.turnIsOver()) yield;
    if (node.op === 'pad') {
      const canFold = !outputs.has(node.output) && (readers.get(node.output) ?? []).every(isConvolution);
      if (canFold) folded.set(node.output, node);
      else nodes.push(pointDepthwise(node, LINEAR, constants, { padding: node.padding }));
    } else {
      const pad = folded.get(node.inputs[0]);
      nodes.push(pad && isConvolution(node) ? widen(node, pad) : node);
    }
  }
  return { ...graph, nodes };
}
