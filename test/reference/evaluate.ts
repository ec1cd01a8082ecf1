/** Runs a float32 Graph node by node in double precision, exactly as written: no pass, no fusion, no packing. */

import { type Clamp, pixels, type Tensor } from '../../lib/graph/graph';
import type { Graph, Node } from '../../lib/ops';
import { conv2d, dense, depthwiseConv2d, type Values } from './convolution';
import { pad, pool } from './pool';

function clampAll(values: Values, { min, max }: Clamp): Values {
  return values.map((v) => Math.min(max, Math.max(min, v)));
}

function softmax(x: Values, channels: number, beta: number): Values {
  const y = new Float64Array(x.length);
  for (let at = 0; at < x.length; at += channels) {
    const row = x.subarray(at, at + channels);
    const max = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const exps = row.map((v) => Math.exp(beta * (v - max)));
    const sum = exps.reduce((a, b) => a + b, 0);
    y.set(
      exps.map((e) => e / sum),
      at,
    );
  }
  return y;
}

function evaluateNode(node: Node, [x, other]: Values[]): Values {
  const [, , channels] = pixels(node.output.shape);
  switch (node.op) {
    case 'conv2d':
      return clampAll(conv2d(node, x), node.clamp);
    case 'depthwise_conv2d':
      return clampAll(depthwiseConv2d(node, x), node.clamp);
    case 'dense':
      return clampAll(dense(node, x), node.clamp);
    case 'affine':
      return x.map((v, i) => v * node.scale[i % channels] + node.shift[i % channels]);
    case 'activation':
      return clampAll(x, node.clamp);
    case 'add':
      return clampAll(
        x.map((v, i) => v + other[i]),
        node.clamp,
      );
    case 'pool':
      return clampAll(pool(node, x), node.clamp);
    case 'pad':
      return pad(node, x);
    case 'reshape':
      return x;
    case 'softmax':
      return softmax(x, channels, node.beta);
    case 'sigmoid':
      return x.map((v) => 1 / (1 + Math.exp(-v)));
    default:
      throw new Error(`The reference has no ${node.op}`);
  }
}

/** The values of every tensor of the graph. */
export function evaluateAll(graph: Graph, input: ArrayLike<number>): Map<Tensor, Values> {
  const values = new Map<Tensor, Values>([[graph.input, Float64Array.from(input)]]);
  for (const node of graph.nodes) {
    values.set(
      node.output,
      evaluateNode(
        node,
        node.inputs.map((tensor) => values.get(tensor)!),
      ),
    );
  }
  return values;
}

/** The value of the graph's output. */
export function evaluate(graph: Graph, input: ArrayLike<number>): Values {
  return evaluateAll(graph, input).get(graph.outputs[0])!;
}
