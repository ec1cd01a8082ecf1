/** What an op is made of: each has a module of its own, which exports its node's type, what makes such nodes, and its rules. */
import type { NodeBase, Tensor } from '../graph/graph';
import type { Op } from '../program/schema';
import type { Place } from './layout';
import type { Lowering } from './lowering';

export interface Rules<Node extends NodeBase> {
  /** The element operations of one value of the output: multiply-accumulates, taps, or about as much. See work.ts. */
  workPerValue(node: Node): number;
  /** Whether every result comes from one pixel, so that it does not matter which pixels are one row. */
  isPixelwise(node: Node): boolean;
  /** Whether there are kernels of halves: the others read and make float32 where a network is computed in halves. */
  hasHalves: boolean;
  /** What keeps a quantized node from being computed in integers, as the end of a sentence that begins with its name. */
  obstacle?(node: Node): string | undefined;
  /**
   * What a quantized node is on real numbers, where that is more than the same node with real constants and a clamp to what
   * its quantization holds. `base` has its name and its tensors as float32.
   */
  dequantized?(node: Node, base: NodeBase): NodeBase;
  /** Bytes of scratch. `stride` is the distance of two pixels of the input, in elements. */
  scratchBytes?(node: Node, stride: number, to: Pick<Lowering, 'geometry'>): number;
  /** The record. Absent where a pass removes every such node. */
  lower?(node: Node, places: NodePlaces, to: Lowering): Op;
}

/** Where a node's tensors are, and its scratch. */
export interface NodePlaces {
  inputs: readonly Place[];
  output: Place;
  /** Byte offset. */
  scratch: number;
}

/**
 * What an output shares with its input: 'type' where values are computed, 'scale' where they are only moved or compared, so
 * that their quantization cannot change, 'nothing' where the node is there to change it.
 */
export type Keeps = 'type' | 'scale' | 'nothing';

/** What a node is made of: an operator or layer of a file, a line of an architecture's table. */
export interface Origin {
  /** The node's. */
  readonly name: string;
  /** The tensor that the node makes, of this shape. Throws if the file says another. */
  output(shape: readonly number[], input: Tensor, keeps: Keeps): Tensor;
  /** The error of what cannot be; `why` continues a sentence that begins with the origin. */
  invalid(why: string): Error;
  /** The error of what might be, but is not supported. */
  unsupported(why: string): Error;
}

export function baseOf(origin: Origin, shape: readonly number[], inputs: Tensor[], keeps: Keeps = 'type'): NodeBase {
  return { name: origin.name, inputs, output: origin.output(shape, inputs[0], keeps) };
}

/** A shape, for messages. */
export const text = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
