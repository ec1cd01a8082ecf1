/**
 * Removes nodes that only rename values (reshape, squeeze, dropout), and dense layers over more than one pixel, which are
 * convolutions.
 *
 * A reshape that keeps channels only deals pixels into other rows. What reads one pixel at a time may work on the rows as
 * they were; only a window may not. A reshape that mixes channels (flattening) is only meaningful before a dense layer.
 */

import type { Budget } from '../base/budget';
import { MobileNetEdgeError } from '../base/errors';
import type { Phase } from '../base/phase';
import { consumers, elementCount, NO_PADDING, pixels, type Tensor } from '../graph/graph';
import { type Conv2D, type Dense, type Graph, type Node, rulesOf } from '../ops';

function sameExtents(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

function samePixels(a: Tensor, b: Tensor): boolean {
  return sameExtents(pixels(a.shape), pixels(b.shape));
}

function unsupported(name: string, from: Tensor, to: Tensor): MobileNetEdgeError {
  const [before, after] = [from, to].map(({ shape }) => shape.join('x'));
  return new MobileNetEdgeError(
    'OPERATOR_UNSUPPORTED',
    `Expected a reshape that keeps pixels together or flattens before a dense layer, but ${name} makes or reads ${after} from ${before}`,
  );
}

/**
 * A dense layer over the picture `input`: over all of it a convolution whose window is the picture, over each pixel a 1x1
 * convolution, over runs of pixels one whose windows lie side by side.
 */
function asConvolution(node: Dense, input: Tensor): Dense | Conv2D {
  const [height, width, channels] = pixels(input.shape);
  const [outputs, values] = node.filter.shape;
  if (values === channels && height * width === 1) return { ...node, inputs: [input] };
  const run = values / channels;
  const kernel = run <= width ? ([1, run] as const) : ([run / width, width] as const);
  const [rows, columns] = [height / kernel[0], width / kernel[1]];
  if (![...kernel, rows, columns].every(Number.isInteger)) throw unsupported(node.name, input, node.inputs[0]);
  const isWhole = rows * columns === 1;
  return {
    ...node,
    op: 'conv2d',
    inputs: [input],
    output: isWhole ? node.output : { ...node.output, shape: [1, rows, columns, outputs] },
    filter: { ...node.filter, shape: [outputs, ...kernel, channels] },
    window: { kernel, stride: isWhole ? [1, 1] : kernel, dilation: [1, 1], padding: NO_PADDING },
  };
}

/** A node whose inputs are dealt into other rows than it was told, with its output in the same rows as they are. */
function regrouped(node: Node, inputs: Tensor[]): Node {
  const moved = inputs.findIndex((input, i) => !samePixels(input, node.inputs[i]));
  if (moved === -1) return { ...node, inputs };
  if (!rulesOf(node).isPixelwise(node) || !inputs.every((input) => sameExtents(rowsOf(input), rowsOf(inputs[0]))))
    throw unsupported(node.name, inputs[moved], node.inputs[moved]);
  const channels = node.output.shape[node.output.shape.length - 1];
  return { ...node, inputs, output: { ...node.output, shape: [1, ...rowsOf(inputs[0]), channels] } };
}

function rowsOf({ shape }: Tensor): number[] {
  return pixels(shape).slice(0, 2);
}

/** The outputs are the tensors that hold their values, in the same order though maybe under another shape and name. */
export function* removeReshapes(graph: Graph, budget: Budget): Phase<Graph> {
  const readers = consumers(graph);
  /** The tensor that holds the values of each that was removed, or that is dealt into other rows. */
  const holders = new Map<Tensor, Tensor>();
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    if (budget.turnIsOver()) yield;
    const inputs = node.inputs.map((input) => holders.get(input) ?? input);
    if (node.op === 'reshape') {
      // An output is read in the order of its values, whatever their shape.
      const flattens = (readers.get(node.output) ?? []).every(({ op }) => op === 'dense' || op === 'reshape');
      const keepsChannels = pixels(inputs[0].shape)[2] === pixels(node.output.shape)[2];
      if (!keepsChannels && !flattens) throw unsupported(node.name, inputs[0], node.output);
      holders.set(node.output, inputs[0]);
      continue;
    }
    const simpler = node.op === 'dense' ? asConvolution(node, inputs[0]) : regrouped(node, inputs);
    if (simpler.output !== node.output) holders.set(node.output, simpler.output);
    nodes.push(simpler);
  }
  const outputs = graph.outputs.map((output) => {
    const holder = holders.get(output) ?? output;
    if (holder === graph.input || elementCount(holder.shape) !== elementCount(output.shape))
      throw unsupported(output.name, holder, output);
    return holder;
  });
  return { ...graph, outputs, nodes };
}
