/** A compiled model: everything an engine needs, and nothing else. */
import type { DataType } from '../graph';

/** A place in the arena where a result can be read (or the picture written) once `words` of ops have run. */
export interface Port {
  /** Byte offset from the arena. */
  offset: number;
  /** The tensor's shape; values are `channels = shape.at(-1)` of every pixel, pixels `stride` elements apart. */
  shape: readonly number[];
  stride: number;
  type: DataType;
  /** How many words of `ops` must run before the port holds its value; 0 for the input. */
  words: number;
}

export interface Program {
  /** Encoded records, see schema.ts. */
  ops: Int32Array;
  /** Packed weights, each block 64-byte aligned. */
  weights: Uint8Array;
  /** Bytes of activations shared by all threads; a multiple of 64. */
  arenaBytes: number;
  /** Bytes of scratch of one thread; a multiple of 64. */
  scratchBytes: number;
  input: Port;
  output: Port;
  /** The pooled features, where the model has them. */
  embedding?: Port;
}

/**
 * What an engine's kernels want of the layout; packing obeys it.
 * Pointwise weights are cut into panels of `panel` columns; the last takes the remainder if it is at most `lastPanel`.
 */
export interface Geometry {
  panel: number;
  lastPanel: number;
  /** Channels of a depthwise weight group. */
  channelGroup: number;
  /** Bottlenecks at least this high are fused. */
  fuseFromHeight: number;
}

/** How wide the panel is that starts where `remaining` columns are left. */
export function panelWidth(remaining: number, geometry: Geometry): number {
  return remaining <= geometry.lastPanel ? remaining : Math.min(geometry.panel, remaining);
}
