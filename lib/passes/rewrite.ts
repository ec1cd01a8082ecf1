/** What the passes share. */

import type { Budget } from '../base/budget';
import { type Clamp, isQuantized, NO_PADDING, type Padding, type Tensor, type Window } from '../graph/graph';
import type { DepthwiseConv2D, Graph, Node } from '../ops';

type Base = Pick<Node, 'name' | 'inputs' | 'output'>;

/** Constants that many nodes of a graph can share, by their length: made, and later packed, once. */
export class SharedConstants {
  readonly #values = new Map<string, Float32Array | Int8Array>();
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  float32(length: number, value: number): Float32Array {
    return this.#once(`float32 ${length} ${value}`, () =>
      this.#budget.float32s(length, 'layers that stand alone').fill(value),
    ) as Float32Array;
  }

  int8(length: number, value: number): Int8Array {
    return this.#once(`int8 ${length} ${value}`, () => {
      this.#budget.spendBytes(length, 'layers that stand alone');
      return new Int8Array(length).fill(value);
    }) as Int8Array;
  }

  #once(key: string, make: () => Float32Array | Int8Array): Float32Array | Int8Array {
    let values = this.#values.get(key);
    if (!values) {
      values = make();
      this.#values.set(key, values);
    }
    return values;
  }
}

/** y = clamp(x * scale + shift) as a depthwise convolution of one pixel: the form of what folds into no neighbour. */
export function pointDepthwise(
  { name, inputs, output }: Base,
  clamp: Clamp,
  constants: SharedConstants,
  { padding = NO_PADDING, scale, shift }: { padding?: Padding; scale?: Float32Array; shift?: Float32Array } = {},
): DepthwiseConv2D {
  const channels = output.shape[output.shape.length - 1];
  const window: Window = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], padding };
  if (isQuantized(output)) {
    // One times one: integers pass as they are.
    const quantization = { scale: [1], zeroPoint: [0], axis: 3 };
    const data = constants.int8(channels, 1);
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
    filter: constant('scale', [1, 1, 1, channels], scale ?? constants.float32(channels, 1)),
    bias: constant('shift', [channels], shift ?? constants.float32(channels, 0)),
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

/** How many nodes read each tensor; being an output of the graph counts as one more reader. */
export function readerCounts(graph: Graph): Map<Tensor, number> {
  const counts = new Map<Tensor, number>(graph.outputs.map((output) => [output, 1]));
  for (const { inputs } of graph.nodes) {
    for (const input of inputs) counts.set(input, (counts.get(input) ?? 0) + 1);
  }
  return counts;
}
