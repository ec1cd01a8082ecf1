/** What float32, halves and integers have different: lowering is written once, over one of these. */
import { type Clamp, isQuantized, type NodeBase, type Tensor } from '../graph/graph';
import { Q8_READ_DEPTH } from '../program/constants';
import { type Geometry, type PanelGeometry, PORT_ARRAYS } from '../program/program';
import type { Conv2D } from './conv2d';
import type { Dense } from './dense';
import type { DepthwiseConv2D } from './depthwise_conv2d';
import { alignUp, pixelStride, q8Stride } from './layout';
import type { Packer } from './packer';
import { formOf, requantizeFields } from './quantized';

export interface Arithmetic {
  /** How the names of its records begin, see program/schema.ts. */
  readonly prefix: '' | 'f16_' | 'q8_';
  readonly geometry: PanelGeometry;
  /** Bytes of an activation in the arena. */
  readonly valueBytes: number;
  /** Bytes of a weight as the file has it, and as the kernels read it. */
  readonly storedBytes: number;
  readonly weightBytes: number;
  /** Distance of two pixels of so many channels. */
  stride(channels: number): number;
  /** Distance of two patches of so many values. */
  patchStride(values: number): number;
  /** Packs the weights of a product, k deep, and returns the fields that tell of them. */
  panels(node: Conv2D | Dense, k: number, packer: Packer): object;
  /** The same of a depthwise convolution. */
  taps(node: DepthwiseConv2D, packer: Packer): object;
  /** What a window op must know of its input: what stands for 0 outside of the picture. */
  outside(input: Tensor): object;
  /** How sums become results. */
  epilogue(output: Tensor, clamp: Clamp): { lo: number; hi: number };
}

/** Whether a node computes with integers: one side of it is quantized. */
export function isInteger({ inputs, output }: NodeBase): boolean {
  return isQuantized(output) || inputs.some(isQuantized);
}

/** What a node computes with. */
export function arithmeticOf(node: NodeBase, geometry: Geometry): Arithmetic {
  if (isInteger(node)) return integers(geometry);
  return node.output.type === 'float16' ? floats('f16_', geometry.f16!, 2) : floats('', geometry, 4);
}

function floats(prefix: '' | 'f16_', geometry: PanelGeometry, bytes: number): Arithmetic {
  return {
    prefix,
    geometry,
    valueBytes: bytes,
    storedBytes: bytes,
    weightBytes: bytes,
    stride: pixelStride,
    patchStride: (values) => values,
    panels: ({ filter, bias }, k, packer) => ({ weights: packer.panels(filter, bias, k, geometry) }),
    taps: ({ filter, bias }, packer) => ({ weights: packer.depthwise(filter, bias, geometry) }),
    outside: () => ({}),
    epilogue: (_, { min, max }) => ({ lo: min, hi: max }),
  };
}

function integers({ q8 }: Geometry): Arithmetic {
  const geometry = q8!;
  return {
    prefix: 'q8_',
    geometry,
    valueBytes: PORT_ARRAYS[geometry.type].BYTES_PER_ELEMENT,
    storedBytes: 1,
    weightBytes: geometry.packing === 'pairs' ? 2 : 1,
    stride: q8Stride,
    patchStride: (values) => alignUp(values, Q8_READ_DEPTH),
    panels: (node, k, packer) => packer.q8Panels(node, k, geometry),
    taps: (node, packer) => packer.q8Depthwise(node, geometry),
    outside: (input) => ({ input_zero: formOf(input, geometry.type).zero }),
    epilogue: (output, clamp) => requantizeFields(output, clamp, geometry),
  };
}
