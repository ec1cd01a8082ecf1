/** What lays weights out: each engine may have its own. */
import type { Tensor } from '../graph/graph';
import type { PanelGeometry, Q8Geometry } from '../program/program';
import type { Conv2D } from './conv2d';
import type { Dense } from './dense';
import type { DepthwiseConv2D } from './depthwise_conv2d';

/** Fields of the op; byte offsets. */
export interface Q8Packed {
  weights: number;
  small_sums: number;
}
export interface Q8PackedPanels extends Q8Packed {
  chain: number;
  extras: number;
}

/** Lays the weights of layers out as the kernels read them (see the ops in program/schema.ts), one block after the other. */
export interface Packer<Weights = unknown> {
  /** Returns the byte offset of the block. */
  panels(filter: Tensor, bias: Tensor | undefined, k: number, geometry: PanelGeometry): number;
  depthwise(filter: Tensor, bias: Tensor | undefined, geometry: PanelGeometry): number;
  q8Panels(node: Conv2D | Dense, k: number, geometry: Q8Geometry): Q8PackedPanels;
  q8Depthwise(node: DepthwiseConv2D, geometry: Q8Geometry): Q8Packed;
  add(table: Float32Array | Int16Array): number;
  /** All blocks. */
  finish(): Weights;
}

/** How much memory the packed weights of a graph can take at most, and do about. */
export interface WeightSizes {
  limitBytes: number;
  expectedBytes: number;
}
export type NewPacker<Weights> = (sizes: WeightSizes) => Packer<Weights>;
