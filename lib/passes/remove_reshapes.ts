/**
 * Removes nodes that only rename values (reshape, squeeze, dropout). Flattening a picture is only meaningful
 * before a dense layer, which becomes a convolution over the whole picture.
 */
import { MobileNetEdgeError } from '../errors';
import {
  type Dense,
  elementCount,
  type Graph,
  NO_PADDING,
  type Node,
  pixels,
  type Reshape,
  type Tensor,
} from '../graph';
import { replaceInput } from './rewrite';

function keepsPixels(from: Tensor, to: Tensor): boolean {
  const after = pixels(to.shape);
  return pixels(from.shape).every((extent, axis) => extent === after[axis]);
}

function unsupported(node: Reshape): MobileNetEdgeError {
  const [from, to] = [node.inputs[0].shape, node.output.shape].map((shape) => shape.join('x'));
  return new MobileNetEdgeError(
    'OPERATOR_UNSUPPORTED',
    `Expected a reshape that keeps pixels together or flattens before a dense layer, but ${node.name} makes ${to} from ${from}`,
  );
}

/** A dense layer over a picture is a convolution whose window is the picture. */
function asConvolution(node: Dense): Node {
  const [height, width, channels] = pixels(node.inputs[0].shape);
  if (height * width === 1) return node;
  const filter = { ...node.filter, shape: [node.filter.shape[0], height, width, channels] };
  const window = {
    kernel: [height, width],
    stride: [1, 1],
    dilation: [1, 1],
    padding: NO_PADDING,
  } as const;
  return { ...node, op: 'conv2d', filter, window };
}

export function removeReshapes(graph: Graph): Graph {
  let nodes = graph.nodes;
  let { output } = graph;
  for (const node of graph.nodes) {
    if (node.op !== 'reshape') continue;
    const current = nodes.find(({ name, output: made }) => name === node.name && made === node.output) as Reshape;
    const [input] = current.inputs;
    const readers = nodes.filter((reader) => reader.inputs.includes(current.output));
    const flattens =
      output !== current.output && readers.every((reader) => reader.op === 'dense' || reader.op === 'reshape');
    if (!keepsPixels(input, current.output) && !flattens) throw unsupported(current);
    nodes = nodes.filter((other) => other !== current).map((reader) => replaceInput(reader, current.output, input));
    if (output === current.output) {
      // The result keeps the shape that the model promises.
      const renamed: Tensor = { ...input, name: output.name, shape: output.shape };
      if (elementCount(renamed.shape) !== elementCount(input.shape) || input === graph.input)
        throw unsupported(current);
      nodes = nodes
        .map((other) => (other.output === input ? { ...other, output: renamed } : other))
        .map((reader) => replaceInput(reader, input, renamed));
      output = renamed;
    }
  }
  nodes = nodes.map((node) => (node.op === 'dense' ? asConvolution(node) : node));
  return { input: graph.input, output, nodes };
}
