/** Runs a quantized Graph node by node on the model's own integers, exactly as written. */

import { LINEAR, pixels, type Tensor } from '../../lib/graph/graph';
import type { Graph, Node } from '../../lib/ops';
import { add, type Levels, pool, requantize, softmax, weighted } from './quantized';

function padLevels(node: Extract<Node, { op: 'pad' }>, x: Levels): Levels {
  const [height, width, channels] = pixels(node.inputs[0].shape);
  const [outputHeight, outputWidth] = pixels(node.output.shape);
  const y = new Int32Array(outputHeight * outputWidth * channels).fill(node.output.quantization!.zeroPoint[0]);
  for (let row = 0; row < height; row++) {
    const to = ((row + node.padding.top) * outputWidth + node.padding.left) * channels;
    y.set(x.subarray(row * width * channels, (row + 1) * width * channels), to);
  }
  return y;
}

function evaluateNode(node: Node, values: Levels[]): Levels {
  const [x] = values;
  switch (node.op) {
    case 'conv2d':
    case 'depthwise_conv2d':
    case 'dense':
      return weighted(node, x);
    case 'add':
      return add(node, values);
    case 'pool':
      return pool(node, x);
    case 'softmax':
      return softmax(node, x);
    case 'activation':
      return requantize(node.inputs[0], node.output, node.clamp, x);
    case 'requantize':
      return requantize(node.inputs[0], node.output, LINEAR, x);
    case 'reshape':
      return x;
    case 'pad':
      return padLevels(node, x);
    default:
      throw new Error(`The integer reference has no ${node.op}`);
  }
}

/** The levels of every tensor of the graph. */
export function evaluateQuantized(graph: Graph, input: ArrayLike<number>): Map<Tensor, Levels> {
  const values = new Map<Tensor, Levels>([[graph.input, Int32Array.from(input)]]);
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
