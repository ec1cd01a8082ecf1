/**
 * A depthwise convolution with a multiplier becomes a plain convolution whose filter is zero off its own channel,
 * so that engines know multiplier 1 only. MobileNets have at most one such layer, on the picture's 1 or 3 channels.
 */
import { typedArrayKind } from '../bytes';
import { MobileNetEdgeError } from '../errors';
import type { DepthwiseConv2D, Graph, Node, TensorData } from '../graph';

/** Most of them zeros; more than any layer of the family has. */
const MOST_WEIGHTS = 2 ** 22;

const ARRAYS = { Float32Array, Uint16Array, Uint8Array, Int8Array, Int32Array };

function newLike(values: TensorData, length: number): TensorData {
  return new ARRAYS[typedArrayKind(values) as keyof typeof ARRAYS](length);
}

function asConvolution(node: DepthwiseConv2D, inputs: number): Node {
  const [, height, width, outputs] = node.filter.shape;
  if (outputs * height * width * inputs > MOST_WEIGHTS) {
    throw new MobileNetEdgeError(
      'OPERATOR_UNSUPPORTED',
      `DEPTHWISE_CONV_2D ${node.name}: expected a multiplier of 1, or few channels, but ${inputs} channels become ${outputs}`,
    );
  }
  const multiplier = outputs / inputs;
  const source = node.filter.data!;
  const { quantization } = node.filter;
  const data = newLike(source, outputs * height * width * inputs).fill(quantization?.zeroPoint[0] ?? 0);
  for (let o = 0; o < outputs; o++) {
    const channel = Math.floor(o / multiplier);
    for (let tap = 0; tap < height * width; tap++) {
      data[(o * height * width + tap) * inputs + channel] = source[tap * outputs + o];
    }
  }
  const filter = {
    ...node.filter,
    shape: [outputs, height, width, inputs],
    data,
    // The output channel has become the first axis.
    quantization: quantization && { ...quantization, axis: 0 },
  };
  return { ...node, op: 'conv2d', filter };
}

export function expandMultiplier(graph: Graph): Graph {
  const nodes = graph.nodes.map((node) => {
    if (node.op !== 'depthwise_conv2d') return node;
    const inputs = node.inputs[0].shape[node.inputs[0].shape.length - 1];
    return node.filter.shape[3] === inputs ? node : asConvolution(node, inputs);
  });
  return { ...graph, nodes };
}
