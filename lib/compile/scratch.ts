/** What steps keep beside the tensors while they run, each thread for itself. */
import { type Conv2D, elementCount, isQuantized, type Node, pixels, type Tensor } from '../graph/graph';
import { type Geometry, PORT_ARRAYS } from '../program/program';
import { alignUp, pixelStride, q8Stride, roundChannels } from './plan';
import { type InvertedResidualStep, isPointwise, type Step } from './steps';

/** What a fused bottleneck tries to keep of its expanded rows. */
const BAND_BYTES = 64 * 1024;

/** Whether a node computes with integers: one side of it is quantized. */
export function isInteger(node: Node): boolean {
  return isQuantized(node.output) || node.inputs.some(isQuantized);
}

function valueBytes(node: Node, geometry: Geometry): number {
  if (isInteger(node)) return PORT_ARRAYS[geometry.q8!.type].BYTES_PER_ELEMENT;
  return node.output.half ? 2 : 4;
}

/** Values of a convolution's patch, and the distance of two patches in scratch. */
export function patchStride(node: Conv2D): number {
  const values = elementCount(node.filter.shape.slice(1));
  return isInteger(node) ? alignUp(values, 16) : values;
}

/** Bytes of a row of pixels. */
function rowBytes(width: number, stride: number, bytes: number): number {
  return alignUp(width * stride * bytes, 64);
}

/** A row of patches. */
function patchBytes(node: Conv2D, geometry: Geometry): number {
  return rowBytes(pixels(node.output.shape)[1], patchStride(node), valueBytes(node, geometry));
}

/** Where a fused bottleneck keeps what: byte offsets from its scratch, which begins with the window. */
export interface BottleneckScratch {
  /** Distance of two pixels in elements. */
  stride: number;
  windowRows: number;
  bandRows: number;
  padRow: number;
  band: number;
  patches: number;
  bytes: number;
}

export function bottleneckScratch({ expand, depthwise }: InvertedResidualStep, geometry: Geometry): BottleneckScratch {
  const [, inputWidth, channels] = pixels(depthwise.inputs[0].shape);
  const [outputHeight, outputWidth] = pixels(depthwise.output.shape);
  const { kernel, stride: step, dilation } = depthwise.window;
  const reach = (kernel[0] - 1) * dilation[0] + 1;
  const stride = isInteger(depthwise) ? q8Stride(channels) : pixelStride(channels);
  const bytes = valueBytes(depthwise, geometry);
  // Rows lie one after the other, so that several can be made in one product.
  const expandedRow = inputWidth * stride * bytes;

  const fitting = Math.floor((BAND_BYTES - reach * expandedRow) / (step[0] * expandedRow)) + 1;
  // Depthwise kernels make two rows at once.
  const bandRows = Math.min(outputHeight, Math.max(2, Math.min(4, fitting)));
  const windowRows = (bandRows - 1) * step[0] + reach;

  const padRow = rowBytes(windowRows * inputWidth, stride, bytes);
  const band = padRow + rowBytes(inputWidth, stride, bytes);
  const patches = band + rowBytes(bandRows * outputWidth, stride, bytes);
  const end = patches + (expand.kind === 'node' ? patchBytes(expand.node, geometry) : 0);
  return { stride, windowRows, bandRows, padRow, band, patches, bytes: end };
}

/** Bytes that a thread needs for a step. */
export function scratchBytes(step: Step, strides: ReadonlyMap<Tensor, number>, geometry: Geometry): number {
  if (step.kind === 'inverted_residual') return bottleneckScratch(step, geometry).bytes;
  const { node } = step;
  if (node.op === 'conv2d') return isPointwise(node) ? 0 : patchBytes(node, geometry);
  // Halves are summed in float32: the sums of a pixel, and the values of another.
  if (node.op === 'pool' && node.output.half) return rowBytes(2, roundChannels(pixels(node.output.shape)[2]), 4);
  if (node.op !== 'depthwise_conv2d') return 0;
  const [input] = node.inputs;
  return rowBytes(pixels(input.shape)[1], strides.get(input)!, valueBytes(node, geometry));
}
