/** A compiled model: everything an engine needs, and nothing else. */

/** Element types of the arena: float32, float16 (as bits), or quantized values in the engine's form (see Geometry.q8). */
export type PortType = 'float32' | 'float16' | 'uint8' | 'int8' | 'int16';
export const PORT_ARRAYS = {
  float32: Float32Array,
  float16: Uint16Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
} as const;

/** A place in the arena where a result can be read (or the picture written) once the ops before it have run. */
export interface Port {
  /** Byte offset from the arena. */
  offset: number;
  /** The tensor's shape; values are `channels = shape.at(-1)` of every pixel, pixels `stride` elements apart. */
  shape: readonly number[];
  stride: number;
  /** How the arena holds the values. */
  type: PortType;
  /** The element type that runs take and give: the tensor's own. */
  own: 'float32' | 'uint8' | 'int8';
  /** What the arena holds is the own value plus this; 0 but for 8-bit types. */
  shift: number;
  /** How many words of `ops` must run before the port holds its values; 0 for the input. */
  afterWord: number;
}

/** Packed weights: bytes, or in an engine's own memory. */
export interface PackedWeights {
  readonly byteLength: number;
}

export interface Program<Weights = Uint8Array> {
  /** Encoded records, see schema.ts. */
  ops: Int32Array;
  /** Packed weights, each block 64-byte aligned. */
  weights: Weights;
  /** Bytes of activations, and of the scratch of `threads` threads; a multiple of 64. */
  arenaBytes: number;
  /** How many threads may run it. */
  threads: number;
  /** What must be added to every address of scratch for each thread after the first; a multiple of 64. */
  scratchBytes: number;
  input: Port;
  /** As Graph.outputs. Their values stay until the end of a run. */
  outputs: readonly Port[];
  /** The pooled features, where the model has them. */
  embedding?: Port;
}

/**
 * What an engine's kernels want of the layout; packing obeys it.
 * Pointwise weights are cut into panels of `panel` columns; the last takes the remainder if it is at most `lastPanel`.
 */
export interface PanelGeometry {
  panel: number;
  lastPanel: number;
  /** Channels of a depthwise weight group. */
  channelGroup: number;
  /** Fuse bottlenecks of at least this many rows. */
  fuseFromHeight: number;
  /** Fuse only if both 1x1 weights, which every band reads again, fit this many bytes; default: no limit. */
  fuseWeightBytes?: number;
}

/** Layout per element type: that of float32 itself, and of the others. */
export interface Geometry extends PanelGeometry {
  /** Absent where an engine has no integer kernels. */
  q8?: Q8Geometry;
  /** Absent where the CPU has no arithmetic of halves. */
  f16?: PanelGeometry;
}

export interface Q8Geometry extends PanelGeometry {
  /** How the arena holds quantized values: 'uint8', int8 ones plus 128; 'int8', uint8 ones minus 128; 'int16', minus their zero point. */
  type: 'uint8' | 'int8' | 'int16';
  /** Layout of pointwise weights: see q8_pointwise in schema.ts. */
  packing: 'pairs' | 'chain' | 'quads' | 'sixteens';
}

/** How wide the panel is that starts where `remaining` columns are left. */
export function panelWidth(remaining: number, geometry: Pick<PanelGeometry, 'panel' | 'lastPanel'>): number {
  return remaining <= geometry.lastPanel ? remaining : Math.min(geometry.panel, remaining);
}
