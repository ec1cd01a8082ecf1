/** Convolution. */
import { elementCount, pixels, type Window } from '../graph/graph';
import type { Op } from '../program/schema';
import { arithmeticOf } from './arithmetic';
import { cutPicture } from './cut';
import { type Place, roundChannels, rowBytes } from './layout';
import { inputFields, type Lowering, outputFields, recordOf, windowFields } from './lowering';
import { baseOf, type Origin, type Rules } from './op';
import { isPointwise, lowerPointwise } from './pointwise';
import { biasOf, type Layer, type Weighted } from './weighted';
import { isPointWindow, slide, type WindowOptions } from './window';
import { pixelWork } from './work';

export interface Conv2D extends Weighted {
  op: 'conv2d';
  /** [outputs, height, width, inputs]. */
  filter: Weighted['filter'];
  window: Window;
}

/** A layer whose window has the size of its filter. */
export interface WindowedLayer extends Layer {
  window: Omit<WindowOptions, 'kernel'>;
}

export function conv2d(origin: Origin, { input, filter, bias, window: options, clamp }: WindowedLayer): Conv2D {
  const [outputs, kernelHeight, kernelWidth, inputs] = filter.shape;
  const { window, height, width } = slide(origin, input, { ...options, kernel: [kernelHeight, kernelWidth] });
  const channels = input.shape[3];
  if (channels !== inputs) {
    if (channels % inputs === 0) throw origin.unsupported(`is not supported in groups (${channels / inputs})`);
    throw origin.invalid(`expects ${inputs} channels but its input has ${channels}`);
  }
  const biases = biasOf(origin, bias, outputs);
  const base = baseOf(origin, [1, height, width, outputs], [input]);
  return { op: 'conv2d', ...base, filter, bias: biases, window, clamp };
}

/** Values of a patch. */
function depth({ filter }: Conv2D): number {
  return elementCount(filter.shape.slice(1));
}

/** Bytes of a row of patches, into which a convolution gathers its windows. */
export function patchBytes(node: Conv2D, { geometry }: Pick<Lowering, 'geometry'>): number {
  const { patchStride, valueBytes } = arithmeticOf(node, geometry);
  return rowBytes(pixels(node.output.shape)[1], patchStride(depth(node)), valueBytes);
}

/** `patches` is where scratch has room for a row of them. */
export function lowerConv2d(node: Conv2D, input: Place, output: Place, patches: number, to: Lowering): Op {
  const arithmetic = arithmeticOf(node, to.geometry);
  const { filter, window } = node;
  const [tensor] = node.inputs;
  const { chunks, ...piece } = cutPicture(node.output, pixelWork(node.output, depth(node)), to.threads);
  return recordOf(`${arithmetic.prefix}conv`, chunks, {
    ...inputFields(tensor, input),
    input_channels: filter.shape[3],
    ...arithmetic.outside(tensor),
    ...outputFields(node.output, output),
    ...windowFields(window),
    n: roundChannels(filter.shape[0]),
    ...arithmetic.panels(node, depth(node), to.packer),
    patches,
    ...(arithmetic.prefix === 'q8_' ? { patch_stride: arithmetic.patchStride(depth(node)) } : {}),
    ...piece,
    ...arithmetic.epilogue(node.output, node.clamp),
  });
}

export const CONV2D: Rules<Conv2D> = {
  workPerValue: depth,
  isPixelwise: ({ window }) => isPointWindow(window),
  hasHalves: true,
  scratchBytes: (node, _, to) => (isPointwise(node) ? 0 : patchBytes(node, to)),
  lower: (node, { inputs: [input], output, scratch }, to) =>
    isPointwise(node) ? lowerPointwise(node, input, output, to) : lowerConv2d(node, input, output, scratch, to),
};
