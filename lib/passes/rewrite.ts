/** What the passes share. */
import {
  type Clamp,
  type DepthwiseConv2D,
  type Graph,
  isQuantized,
  NO_PADDING,
  type Node,
  type Padding,
  type Tensor,
  type Window,
} from '../graph';

type Base = Pick<Node, 'name' | 'inputs' | 'output'>;

/** y = clamp(x * scale + shift) as a depthwise convolution of one pixel: the form of what folds into no neighbour. */
export function pointDepthwise(
  { name, inputs, output }: Base,
  clamp: Clamp,
  { padding = NO_PADDING, scale, shift }: { padding?: Padding; scale?: Float32Array; shift?: Float32Array } = {},
): DepthwiseConv2D {
  const channels = output.shape[output.shape.length - 1];
  const window: Window = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], padding };
  if (isQuantized(output)) {
    // One times one: integers pass as they are.
    const quantization = { scale: [1], zeroPoint: [0], axis: 3 };
    const data = new Int8Array(channels).fill(1);
    const filter: Tensor = { name: `${name}/identity`, shape: [1, 1, 1, channels], type: 'int8', quantization, data };
    return { op: 'depthwise_conv2d', name, inputs, output, filter, window, clamp };
  }
  const constant = (role: string, shape: readonly number[], data: Float32Array): Tensor => ({
    name: `${name}/${role}`,
    shape,
    type: 'float32',
    data,
  });
  return {
    op: 'depthwise_conv2d',
    name,
    inputs,
    output,
    filter: constant('scale', [1, 1, 1, channels], scale ?? new Float32Array(channels).fill(1)),
    bias: constant('shift', [channels], shift ?? new Float32Array(channels)),
    window,
    clamp,
  };
}

/** The node with every input that `from` names replaced by `to`. */
export function replaceInput(node: Node, from: Tensor, to: Tensor): Node {
  return node.inputs.includes(from)
    ? { ...node, inputs: node.inputs.map((input) => (input === from ? to : input)) }
    : node;
}

/** How many nodes read a tensor; being the graph's output counts as one more reader. */
export function readerCount(graph: Graph, tensor: Tensor): number {
  const readers = graph.nodes.reduce((sum, node) => sum + node.inputs.filter((input) => input === tensor).length, 0);
  return readers + (graph.output === tensor ? 1 : 0);
}
