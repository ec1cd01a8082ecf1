/** One step of the Graph as one op of the Program: addresses, packed weights, and how the work is cut. */
import { type Conv2D, isQuantized, type Node, pixels } from '../graph';
import { cut, type Lowered, type Lowering, makeOp, rowBytes } from './fields';
import { convPatchBytes, lowerConv, lowerDepthwise, lowerNode, lowerPointwise } from './lower_f32';
import {
  lowerQ8Conv,
  lowerQ8Depthwise,
  lowerQ8Node,
  lowerQ8Pointwise,
  q8Bytes,
  q8Geometry,
  q8PatchBytes,
} from './lower_q8';
import { pixelStride, q8Stride } from './plan';
import { type InvertedResidualStep, type Step, stepOutput } from './steps';

/** What a fused bottleneck tries to keep of its expanded rows. */
const BAND_BYTES = 64 * 1024;

/** Whether a node computes with integers: one side of it is quantized. */
export function isInteger(node: Node): boolean {
  return isQuantized(node.output) || node.inputs.some(isQuantized);
}

/** Scratch of a convolution's patches. */
function patchBytes(node: Conv2D, to: Lowering): number {
  return isInteger(node) ? q8PatchBytes(node, q8Geometry(to)) : convPatchBytes(node);
}

function lowerInvertedResidual(step: InvertedResidualStep, to: Lowering): Lowered {
  const { expand, depthwise, project } = step;
  const integer = isInteger(depthwise);
  const [pointwise, middle] = integer ? [lowerQ8Pointwise, lowerQ8Depthwise] : [lowerPointwise, lowerDepthwise];
  const [, inputWidth, channels] = pixels(depthwise.inputs[0].shape);
  const [outputHeight, outputWidth] = pixels(depthwise.output.shape);
  const { kernel, stride, dilation } = depthwise.window;
  const reach = (kernel[0] - 1) * dilation[0] + 1;
  const pixel = integer ? q8Stride(channels) : pixelStride(channels);
  const bytes = integer ? q8Bytes(q8Geometry(to)) : 4;
  // Rows lie one after the other, so that several can be made in one product.
  const expandedRow = inputWidth * pixel * bytes;

  const fitting = Math.floor((BAND_BYTES - reach * expandedRow) / (stride[0] * expandedRow)) + 1;
  // Depthwise kernels make two rows at once.
  const bandRows = Math.min(outputHeight, Math.max(2, Math.min(4, fitting)));
  const windowRows = (bandRows - 1) * stride[0] + reach;

  const padRow = rowBytes(windowRows * inputWidth, pixel, bytes);
  const band = padRow + rowBytes(inputWidth, pixel, bytes);
  const patches = band + rowBytes(bandRows * outputWidth, pixel, bytes);
  const scratchBytes = patches + (expand.kind === 'node' ? patchBytes(expand.node, to) : 0);
  const window = { offset: 0, stride: pixel };
  const input = to.places.get(expand.node.inputs[0])!;
  const rows = cut(outputHeight, to.threads);
  const parts = [
    expand.kind === 'node'
      ? (integer ? lowerQ8Conv : lowerConv)(expand.node, input, window, patches, to)
      : pointwise(expand, input, window, to),
    middle(depthwise, window, { offset: band, stride: pixel }, padRow, to),
    pointwise(project, { offset: band, stride: pixel }, to.places.get(stepOutput(step))!, to),
  ];
  const fields = { window: 0, window_rows: windowRows, band, band_rows: bandRows, rows_per_chunk: rows.size };
  return { op: makeOp('inverted_residual', rows.pieces, fields, parts), scratchBytes };
}

export function lower(step: Step, to: Lowering): Lowered {
  switch (step.kind) {
    case 'node':
      return isInteger(step.node) ? lowerQ8Node(step.node, to) : lowerNode(step.node, to);
    case 'pointwise': {
      const input = to.places.get(step.node.inputs[0])!;
      const output = to.places.get(stepOutput(step))!;
      const pointwise = isInteger(step.node) ? lowerQ8Pointwise : lowerPointwise;
      return { op: pointwise(step, input, output, to), scratchBytes: 0 };
    }
    case 'inverted_residual':
      return lowerInvertedResidual(step, to);
  }
}
