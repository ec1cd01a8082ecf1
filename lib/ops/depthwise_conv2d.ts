/** Depthwise convolution: output channel o reads input channel floor(o / multiplier). */
import { elementCount, pixels, type Window } from '../graph/graph';
import type { Op } from '../program/schema';
import { arithmeticOf } from './arithmetic';
import type { WindowedLayer } from './conv2d';
import { cutPicture } from './cut';
import { type Place, roundChannels, rowBytes } from './layout';
import { inputFields, type Lowering, outputFields, recordOf, windowFields } from './lowering';
import { baseOf, type Origin, type Rules, text } from './op';
import { biasOf, type Weighted } from './weighted';
import { isPointWindow, slide } from './window';
import { pixelWork } from './work';

export interface DepthwiseConv2D extends Weighted {
  op: 'depthwise_conv2d';
  /** [1, height, width, inputs * multiplier]. */
  filter: Weighted['filter'];
  window: Window;
}

export function depthwiseConv2d(
  origin: Origin,
  { input, filter, bias, window: options, clamp }: WindowedLayer,
): DepthwiseConv2D {
  const [one, kernelHeight, kernelWidth, outputs] = filter.shape;
  const { window, height, width } = slide(origin, input, { ...options, kernel: [kernelHeight, kernelWidth] });
  if (one !== 1 || outputs % input.shape[3] !== 0) {
    throw origin.invalid(`expects a filter for ${input.shape[3]} channels but it is ${text(filter.shape)}`);
  }
  const biases = biasOf(origin, bias, outputs);
  const base = baseOf(origin, [1, height, width, outputs], [input]);
  return { op: 'depthwise_conv2d', ...base, filter, bias: biases, window, clamp };
}

function taps({ filter }: DepthwiseConv2D): number {
  return elementCount(filter.shape.slice(0, 3));
}

/** `padRow` is where scratch has room for a row of the input. */
export function lowerDepthwise(node: DepthwiseConv2D, input: Place, output: Place, padRow: number, to: Lowering): Op {
  const arithmetic = arithmeticOf(node, to.geometry);
  const [tensor] = node.inputs;
  const { chunks, ...piece } = cutPicture(node.output, pixelWork(node.output, taps(node)), to.threads);
  return recordOf(`${arithmetic.prefix}depthwise`, chunks, {
    ...inputFields(tensor, input),
    ...arithmetic.outside(tensor),
    ...outputFields(node.output, output),
    ...windowFields(node.window),
    channels: roundChannels(node.filter.shape[3]),
    ...arithmetic.taps(node, to.packer),
    pad_row: padRow,
    ...piece,
    ...arithmetic.epilogue(node.output, node.clamp),
  });
}

export const DEPTHWISE_CONV2D: Rules<DepthwiseConv2D> = {
  workPerValue: taps,
  isPixelwise: ({ window }) => isPointWindow(window),
  hasHalves: true,
  scratchBytes: (node, stride, { geometry }) =>
    rowBytes(pixels(node.inputs[0].shape)[1], stride, arithmeticOf(node, geometry).valueBytes),
  lower: (node, { inputs: [input], output, scratch }, to) => lowerDepthwise(node, input, output, scratch, to),
};
