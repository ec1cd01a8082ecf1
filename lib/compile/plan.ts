/** Where every activation lives in the arena: tensors whose lifetimes overlap never share a byte. */
import { type Graph, pixels, type Tensor } from '../graph';
import { type Step, stepInputs, stepOutput } from './steps';

export interface Place {
  /** Byte offset from the arena. */
  offset: number;
  /** Distance of two pixels in elements. */
  stride: number;
}

export interface Plan {
  places: Map<Tensor, Place>;
  arenaBytes: number;
}

const FLOAT_BYTES = 4;

export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

/** Channels rounded up to 8, so that kernels never need a remainder. */
export function roundChannels(channels: number): number {
  return alignUp(channels, 8);
}

/**
 * The pixel stride of a picture. Strides of whole 2 KB put the rows of a tile into the same cache sets
 * and evict one another, so those get one cache line more.
 */
export function pixelStride(channels: number): number {
  const rounded = roundChannels(channels);
  return rounded % 512 === 0 ? rounded + 16 : rounded;
}

function strideOf(tensor: Tensor, graph: Graph): number {
  const [height, width, channels] = pixels(tensor.shape);
  // The picture itself stays dense: the stem copies whole rows of its window.
  const isPatchInput =
    tensor === graph.input && graph.nodes.every((n) => n.op === 'conv2d' || !n.inputs.includes(tensor));
  if (isPatchInput && channels < 8) return channels;
  return height * width === 1 ? roundChannels(channels) : pixelStride(channels);
}

/**
 * Greedy by size (Pisarchyk and Lee 2020, arXiv:2001.03288): the largest tensor first, each into the lowest gap
 * among those that live at the same time. `guardBytes` are left untouched after every tensor, for tests.
 */
export function planArena(graph: Graph, steps: readonly Step[], guardBytes = 0): Plan {
  const lives = new Map<Tensor, { first: number; last: number }>([[graph.input, { first: -1, last: -1 }]]);
  steps.forEach((step, index) => {
    for (const tensor of stepInputs(step)) lives.get(tensor)!.last = index;
    lives.set(stepOutput(step), { first: index, last: index });
  });

  const items = [...lives].map(([tensor, life]) => {
    const [height, width] = pixels(tensor.shape);
    const stride = strideOf(tensor, graph);
    return {
      tensor,
      ...life,
      stride,
      bytes: alignUp(height * width * stride * FLOAT_BYTES + guardBytes, 64),
      offset: 0,
    };
  });
  items.sort((a, b) => b.bytes - a.bytes || a.first - b.first);

  const placed: typeof items = [];
  for (const item of items) {
    const neighbours = placed
      .filter((other) => other.first <= item.last && item.first <= other.last)
      .sort((a, b) => a.offset - b.offset);
    for (const other of neighbours) {
      if (item.offset + item.bytes <= other.offset) break;
      item.offset = Math.max(item.offset, other.offset + other.bytes);
    }
    placed.push(item);
  }
  return {
    places: new Map(items.map(({ tensor, offset, stride }) => [tensor, { offset, stride }])),
    arenaBytes: Math.max(0, ...items.map(({ offset, bytes }) => offset + bytes)),
  };
}
