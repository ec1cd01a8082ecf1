/** Graphs that count how often their nodes are looked at: what grows faster than a graph is found without a clock. */

import type { Tensor } from '../../lib/graph/graph';
import { LINEAR, NO_PADDING } from '../../lib/graph/graph';
import type { Graph, Node } from '../../lib/ops';

export interface Counter {
  lookups: number;
}

/** The same graph, whose nodes count every reading of `inputs` and `output`, and whose tensors every one of `shape`. */
export function counted(graph: Graph, counter: Counter): Graph {
  const tensors = new Map<Tensor, Tensor>();
  const tensorOf = (tensor: Tensor): Tensor => {
    if (!tensors.has(tensor)) tensors.set(tensor, counting(tensor, ['shape'], counter));
    return tensors.get(tensor)!;
  };
  const nodes = graph.nodes.map((node) => {
    const copy = { ...node, inputs: node.inputs.map(tensorOf), output: tensorOf(node.output) } as Node;
    return counting(copy, ['inputs', 'output'], counter);
  });
  return { input: tensorOf(graph.input), outputs: graph.outputs.map(tensorOf), nodes };
}

function counting<T extends object>(value: T, keys: (keyof T)[], counter: Counter): T {
  const copy = { ...value };
  for (const key of keys) {
    const own = value[key];
    Object.defineProperty(copy, key, {
      enumerable: true,
      get() {
        counter.lookups++;
        return own;
      },
    });
  }
  return copy;
}

const activation = (name: string, channels: number): Tensor => ({
  name,
  shape: [1, 1, 1, channels],
  type: 'float32',
});

/** `length` nodes of one kind, each reading what the one before made, behind a convolution. */
function chain(length: number, channels: number, make: (input: Tensor, output: Tensor, first: Tensor) => Node): Graph {
  const input = activation('input', channels);
  const nodes: Node[] = [];
  let at = input;
  for (let i = 0; i < length; i++) {
    const output = activation(`t${i}`, channels);
    nodes.push(make(at, output, input));
    at = output;
  }
  return { input, outputs: [at], nodes };
}

const relu = { min: 0, max: Number.POSITIVE_INFINITY };

function pointwise(input: Tensor, output: Tensor): Node {
  const channels = input.shape[3];
  const window = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], padding: NO_PADDING } as const;
  const filter: Tensor = { ...activation('filter', channels), data: new Float32Array(channels ** 2) };
  filter.shape = [channels, 1, 1, channels];
  return { op: 'conv2d', name: output.name, inputs: [input], output, filter, window, clamp: LINEAR };
}

/** Graphs of about `n` nodes, each of a kind that searching for makers or readers makes slow. */
export const LONG_GRAPHS: Record<string, (n: number) => Graph> = {
  relus: (n) =>
    chain(n, 8, (input, output) => ({ op: 'activation', name: output.name, inputs: [input], output, clamp: relu })),
  reshapes: (n) => {
    const graph = chain(n, 8, (input, output) => ({ op: 'reshape', name: output.name, inputs: [input], output }));
    const output = activation('last', 8);
    const last: Node = { op: 'activation', name: 'last', inputs: [graph.outputs[0]], output, clamp: relu };
    return { ...graph, nodes: [...graph.nodes, last], outputs: [output] };
  },
  adds: (n) =>
    chain(n, 8, (input, output, first) => ({
      ...{ op: 'add', name: output.name, inputs: [input, first], output, clamp: LINEAR },
    })),
  'narrow sigmoids': (n) =>
    chain(n, 4, (input, output) => ({ op: 'sigmoid', name: output.name, inputs: [input], output })),
  affines: (n) =>
    chain(n, 8, (input, output) => ({
      ...{ op: 'affine', name: output.name, inputs: [input], output },
      ...{ scale: new Float64Array(8).fill(2), shift: new Float64Array(8) },
    })),
  pads: (n) =>
    chain(n, 8, (input, output) => ({ op: 'pad', name: output.name, inputs: [input], output, padding: NO_PADDING })),
  'a fan': (n) => {
    const graph = chain(1, 8, (input, output) => ({ op: 'softmax', name: 'first', inputs: [input], output, beta: 1 }));
    const nodes = [...graph.nodes];
    for (let i = 0; i < n; i++) {
      const output = activation(`t${i}`, 8);
      nodes.push({ op: 'softmax', name: output.name, inputs: [graph.outputs[0]], output, beta: 1 });
    }
    return { ...graph, nodes, outputs: [nodes[n].output] };
  },
  'convolutions, and sums of the last first': (n) => {
    const input = activation('input', 8);
    const nodes: Node[] = [];
    const made: Tensor[] = [];
    for (let i = 0; i < n / 8; i++) {
      const output = activation(`c${i}`, 8);
      nodes.push(pointwise(input, output));
      made.push(output);
    }
    let at = input;
    for (const tensor of made.reverse()) {
      const output = activation(`sum of ${tensor.name}`, 8);
      nodes.push({ op: 'add', name: output.name, inputs: [tensor, at], output, clamp: LINEAR });
      at = output;
    }
    return { input, outputs: [at], nodes };
  },
};
