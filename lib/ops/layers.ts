/** A table of the layers of a simplified Graph: shapes, parameters and multiply-accumulates. */
import { elementCount, pixels } from '../graph/graph';
import type { Graph, Node } from './index';

export interface Layer {
  name: string;
  /** The operator: 'conv2d', 'depthwise_conv2d', 'dense', 'pool', 'add', 'softmax', ... */
  op: string;
  /** The output's, without the batch: [height, width, channels] or [channels]. */
  shape: readonly number[];
  kernel?: readonly [number, number];
  stride?: readonly [number, number];
  /** Weights and biases, batch normalisation folded. */
  parameters: number;
  /** Multiply-accumulates, as the papers count them: of convolutions and dense layers, padding included. */
  macs: number;
}

export function layer(node: Node): Layer {
  const weighted = node.op === 'conv2d' || node.op === 'depthwise_conv2d' || node.op === 'dense';
  const [height, width, channels] = pixels(node.output.shape);
  const weights = weighted ? elementCount(node.filter.shape) : 0;
  const parameters = weighted ? weights + (node.bias ? channels : 0) : 0;
  return {
    name: node.name,
    op: node.op,
    shape: node.output.shape.slice(1),
    kernel: 'window' in node ? node.window.kernel : undefined,
    stride: 'window' in node ? node.window.stride : undefined,
    parameters,
    macs: weights * height * width,
  };
}

export function layers(graph: Graph): Layer[] {
  return graph.nodes.map(layer);
}

export function totals(graph: Graph): { parameters: number; macs: number } {
  return layers(graph).reduce(
    (sum, { parameters, macs }) => ({ parameters: sum.parameters + parameters, macs: sum.macs + macs }),
    { parameters: 0, macs: 0 },
  );
}
