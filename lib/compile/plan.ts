/** Where every activation lives in the arena: tensors whose lifetimes overlap never share a byte. */

import type { Budget } from '../base/budget';
import type { Phase } from '../base/phase';
import { isQuantized, pixels, type Tensor } from '../graph/graph';
import type { Graph } from '../ops';
import { alignUp, type Place, pixelStride, q8Stride, roundChannels } from '../ops/layout';
import { isPointwise } from '../ops/pointwise';
import { CACHE_LINE } from '../program/constants';
import { type Geometry, PORT_ARRAYS, type PortType } from '../program/program';
import { type Step, stepInputs, stepOutput } from './steps';

export interface Plan {
  places: Map<Tensor, Place>;
  /** Byte offset of each step's scratch; every further thread's lies `scratchBytes` behind the one before. */
  scratch: number[];
  scratchBytes: number;
  arenaBytes: number;
}

export interface PlanOptions {
  threads: number;
  /** Bytes left untouched behind every tensor and scratch, for tests. */
  guardBytes: number;
  budget: Budget;
  /** Bytes of scratch that a step needs. */
  scratchOf(step: Step, strides: ReadonlyMap<Tensor, number>): number;
}

/** How the arena holds a tensor's values. */
export function arenaType(tensor: Tensor, geometry: Geometry): PortType {
  if (isQuantized(tensor)) return geometry.q8!.type;
  return tensor.type === 'float16' ? 'float16' : 'float32';
}

/** The picture itself, and what makes halves of it, stay dense: the stem copies whole rows of its window. */
function densePictures(graph: Graph): Set<Tensor> {
  const candidates = new Set([graph.input]);
  for (const { op, inputs, output } of graph.nodes) {
    if (op === 'requantize' && output.type === 'float16' && inputs[0] === graph.input) candidates.add(output);
  }
  for (const node of graph.nodes) {
    const reads =
      node.op === 'requantize' ? node.output.type === 'float16' : node.op === 'conv2d' && !isPointwise(node);
    if (!reads) for (const input of node.inputs) candidates.delete(input);
  }
  return candidates;
}

function strideOf(tensor: Tensor, pictures: ReadonlySet<Tensor>): number {
  const [height, width, channels] = pixels(tensor.shape);
  if (channels < 8 && pictures.has(tensor)) return channels;
  if (isQuantized(tensor)) return q8Stride(channels);
  return height * width === 1 ? roundChannels(channels) : pixelStride(channels);
}

/** What needs `bytes` of the arena from step `first` to step `last`. */
interface Item {
  first: number;
  last: number;
  bytes: number;
  offset: number;
}

/**
 * Greedy by size (Pisarchyk and Lee 2020, arXiv:2001.03288): the largest item first, each into the lowest gap among
 * those that live at the same time. Returns the bytes of all.
 */
function* placing(items: readonly Item[], budget: Budget): Phase<number> {
  /** The items that are placed, by step plus 1: those that live then, and those that begin then. */
  const living: Item[][] = [];
  const beginning: Item[][] = [];
  let end = 0;
  for (const item of [...items].sort((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    if (budget.turnIsOver()) yield;
    const neighbours = [...(living[item.first + 1] ?? [])];
    for (let step = item.first + 1; step <= item.last; step++) {
      for (const other of beginning[step + 1] ?? []) neighbours.push(other);
    }
    budget.spendParts(item.last - item.first + neighbours.length, 'activations that live at the same time');
    neighbours.sort((a, b) => a.offset - b.offset);
    for (const other of neighbours) {
      if (item.offset + item.bytes <= other.offset) break;
      item.offset = Math.max(item.offset, other.offset + other.bytes);
    }
    (beginning[item.first + 1] ??= []).push(item);
    for (let step = item.first; step <= item.last; step++) (living[step + 1] ??= []).push(item);
    end = Math.max(end, item.offset + item.bytes);
  }
  return end;
}

/** Places the tensors, and the scratch of each step, which lives only while that step runs. */
export function* planningArena(
  graph: Graph,
  steps: readonly Step[],
  geometry: Geometry,
  options: PlanOptions,
): Phase<Plan> {
  const { threads, guardBytes, scratchOf, budget } = options;
  const lives = new Map<Tensor, { first: number; last: number }>([[graph.input, { first: -1, last: -1 }]]);
  steps.forEach((step, index) => {
    for (const tensor of stepInputs(step)) lives.get(tensor)!.last = index;
    lives.set(stepOutput(step), { first: index, last: index });
  });
  for (const output of graph.outputs) lives.get(output)!.last = steps.length - 1;

  const pictures = densePictures(graph);
  const strides = new Map([...lives.keys()].map((tensor) => [tensor, strideOf(tensor, pictures)]));
  const tensors = [...lives].map(([tensor, life]) => {
    const [height, width] = pixels(tensor.shape);
    const valueBytes = PORT_ARRAYS[arenaType(tensor, geometry)].BYTES_PER_ELEMENT;
    const bytes = alignUp(height * width * strides.get(tensor)! * valueBytes + guardBytes, CACHE_LINE);
    return { tensor, ...life, bytes, offset: 0 };
  });
  const needs = steps.map((step) => alignUp(scratchOf(step, strides) + guardBytes, CACHE_LINE));
  const scratchBytes = needs.reduce((most, need) => Math.max(most, need), 0);
  const scratch = needs.map((need, index) => {
    const bytes = need > 0 ? (threads - 1) * scratchBytes + need : 0;
    return { first: index, last: index, bytes, offset: 0 };
  });
  const arenaBytes = yield* placing([...tensors, ...scratch], budget);
  return {
    places: new Map(tensors.map(({ tensor, offset }) => [tensor, { offset, stride: strides.get(tensor)! }])),
    scratch: scratch.map(({ offset }) => offset),
    scratchBytes,
    arenaBytes,
  };
}
