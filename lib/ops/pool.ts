/** Average or maximum over a window; padding is never counted. A window of the whole picture is global pooling. */
import { type Clamp, LINEAR, NO_PADDING, type NodeBase, pixels, type Tensor, type Window } from '../graph/graph';
import type { Op } from '../program/schema';
import { isInteger } from './arithmetic';
import { cutChannels, cutPool } from './cut';
import { roundChannels, rowBytes } from './layout';
import { inputFields, type Lowering, makeOp, outputFields, windowFields } from './lowering';
import { baseOf, type NodePlaces, type Origin, type Rules } from './op';
import { formOf, requantizeFields, scaleOf } from './quantized';
import { isPointWindow, pictureOf, slide, type WindowOptions } from './window';

export interface Pool extends NodeBase {
  op: 'pool';
  kind: 'average' | 'max';
  /** The operator it came from: integer rounding of MEAN and AVERAGE_POOL_2D differs. */
  source: 'pool' | 'mean';
  window: Window;
  clamp: Clamp;
}

export function pool(
  origin: Origin,
  { input, kind, window: options, clamp }: Pick<Pool, 'kind' | 'clamp'> & { input: Tensor; window: WindowOptions },
): Pool {
  const { window, height, width } = slide(origin, input, options);
  const base = baseOf(origin, [1, height, width, input.shape[3]], [input], 'scale');
  return { op: 'pool', kind, source: 'pool', ...base, window, clamp };
}

/** Over the whole picture: [1, channels], or with `keepsAxes` [1, 1, 1, channels]. */
export function globalPool(
  origin: Origin,
  { input, kind, keepsAxes }: Pick<Pool, 'kind'> & { input: Tensor; keepsAxes: boolean },
): Pool {
  const [height, width, channels] = pictureOf(origin, input);
  const shape = keepsAxes ? [1, 1, 1, channels] : [1, channels];
  const base = baseOf(origin, shape, [input], kind === 'max' ? 'scale' : 'type');
  const window: Window = { kernel: [height, width], stride: [1, 1], dilation: [1, 1], padding: NO_PADDING };
  return { op: 'pool', kind, source: 'mean', ...base, window, clamp: LINEAR };
}

function taps({ window }: Pool): number {
  return window.kernel[0] * window.kernel[1];
}

function lowerFloats(node: Pool, { inputs: [input], output, scratch }: NodePlaces): Op {
  const [, , channels] = pixels(node.output.shape);
  const { chunks, ...piece } = cutPool(node.output, taps(node));
  const fields = {
    ...inputFields(node.inputs[0], input),
    ...outputFields(node.output, output),
    ...windowFields(node.window),
    channels: roundChannels(channels),
    is_max: node.kind === 'max' ? 1 : 0,
    ...piece,
    lo: node.clamp.min,
    hi: node.clamp.max,
  };
  return node.output.type === 'float16'
    ? makeOp('f16_pool', chunks, { ...fields, sums: scratch })
    : makeOp('pool', chunks, fields);
}

function lowerIntegers(node: Pool, { inputs: [input], output }: NodePlaces, to: Lowering): Op {
  const geometry = to.geometry.q8!;
  const [tensor] = node.inputs;
  const [, , channels] = pixels(node.output.shape);
  const form = formOf(tensor, geometry.type);
  const { output_zero, lo, hi } = requantizeFields(node.output, node.clamp, geometry);
  if (node.source === 'mean' && node.kind === 'average') {
    const [inputHeight, inputWidth] = pixels(tensor.shape);
    const count = inputHeight * inputWidth;
    const channelsOfChunk = cutChannels(channels, count);
    return makeOp('q8_mean', Math.ceil(channels / channelsOfChunk), {
      input: input.offset,
      input_stride: input.stride,
      input_zero: form.zero,
      pixels: count,
      output: output.offset,
      channels: roundChannels(channels),
      channels_per_chunk: channelsOfChunk,
      scale: Math.fround(scaleOf(tensor) / scaleOf(node.output) / count),
      output_zero,
      lo,
      hi,
    });
  }
  const { chunks, ...piece } = cutPool(node.output, taps(node));
  return makeOp('q8_pool', chunks, {
    ...inputFields(tensor, input),
    ...outputFields(node.output, output),
    ...windowFields(node.window),
    channels: roundChannels(channels),
    is_max: node.kind === 'max' ? 1 : 0,
    raw_offset: -form.shift,
    ...piece,
    lo,
    hi,
  });
}

export const POOL: Rules<Pool> = {
  workPerValue: taps,
  isPixelwise: ({ window }) => isPointWindow(window),
  hasHalves: true,
  // Halves are summed in float32: the sums of a pixel, and the values of another.
  scratchBytes: ({ output }) =>
    output.type === 'float16' ? rowBytes(2, roundChannels(pixels(output.shape)[2]), 4) : 0,
  lower: (node, places, to) => (isInteger(node) ? lowerIntegers(node, places, to) : lowerFloats(node, places)),
};
