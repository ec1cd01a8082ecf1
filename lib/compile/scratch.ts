/** What steps keep beside the tensors while they run, each thread for itself. */
import { pixels, type Tensor } from '../graph/graph';
import { rulesOf } from '../ops';
import { arithmeticOf } from '../ops/arithmetic';
import { patchBytes } from '../ops/conv2d';
import { rowBytes } from '../ops/layout';
import type { Geometry } from '../program/program';
import type { InvertedResidualStep, Step } from './steps';

/** What a fused bottleneck tries to keep of its expanded rows. */
const BAND_BYTES = 64 * 1024;

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
  const { valueBytes: bytes, ...arithmetic } = arithmeticOf(depthwise, geometry);
  const stride = arithmetic.stride(channels);
  // Rows lie one after the other, so that several can be made in one product.
  const expandedRow = inputWidth * stride * bytes;

  const fitting = Math.floor((BAND_BYTES - reach * expandedRow) / (step[0] * expandedRow)) + 1;
  // Depthwise kernels make two rows at once.
  const bandRows = Math.min(outputHeight, Math.max(2, Math.min(4, fitting)));
  const windowRows = (bandRows - 1) * step[0] + reach;

  const padRow = rowBytes(windowRows * inputWidth, stride, bytes);
  const band = padRow + rowBytes(inputWidth, stride, bytes);
  const patches = band + rowBytes(bandRows * outputWidth, stride, bytes);
  const end = patches + (expand.kind === 'conv' ? patchBytes(expand.node, { geometry }) : 0);
  return { stride, windowRows, bandRows, padRow, band, patches, bytes: end };
}

/** Bytes that a thread needs for a step. */
export function scratchBytes(step: Step, strides: ReadonlyMap<Tensor, number>, geometry: Geometry): number {
  if (step.kind === 'inverted_residual') return bottleneckScratch(step, geometry).bytes;
  const { node } = step;
  return rulesOf(node).scratchBytes?.(node, strides.get(node.inputs[0])!, { geometry }) ?? 0;
}
