/** Quantized nodes as integer ops. The arithmetic is XNNPACK's float requantization, which LiteRT runs by default. */
import { MobileNetEdgeError } from '../base/errors';
import { roundHalfEven } from '../base/rounding';
import {
  type Add,
  type Conv2D,
  type DepthwiseConv2D,
  elementCount,
  isQuantized,
  LINEAR,
  type Node,
  type Pool,
  pixels,
  type Requantize,
  type Softmax,
} from '../graph/graph';
import { workOfPixel } from '../graph/work';
import type { Q8Geometry } from '../program/program';
import type { Op } from '../program/schema';
import {
  cutChannels,
  cutPicture,
  cutPixels,
  cutPool,
  cutProduct,
  flatFields,
  inputFields,
  type Lowering,
  makeOp,
  outputFields,
  windowFields,
} from './fields';
import { type Place, roundChannels } from './plan';
import { additionShift, formOf, requantizeFields, scaleOf } from './quantized';
import { patchStride } from './scratch';
import type { PointwiseStep } from './steps';
import { sigmoidTable, softmaxTable, valueTable } from './tables';

function q8Geometry(to: Lowering): Q8Geometry {
  return to.geometry.q8!;
}

export function lowerQ8Pointwise({ node }: PointwiseStep, input: Place, output: Place, to: Lowering): Op {
  const geometry = q8Geometry(to);
  const [height, width, k] = pixels(node.inputs[0].shape);
  const m = height * width;
  const n = roundChannels(node.filter.shape[0]);
  const { chunks, m_block, n_block } = cutProduct(m, k, n, geometry.packing === 'pairs' ? 2 : 1, geometry, to.threads);
  return makeOp('q8_pointwise', chunks, {
    input: input.offset,
    input_stride: input.stride,
    output: output.offset,
    output_stride: output.stride,
    m,
    k,
    n,
    ...to.packer.q8Panels(node, k, geometry),
    m_block,
    n_block,
    ...requantizeFields(node.output, node.clamp, geometry),
  });
}

/** `patches` is where scratch has room for a row of them. */
export function lowerQ8Conv(node: Conv2D, input: Place, output: Place, patches: number, to: Lowering): Op {
  const geometry = q8Geometry(to);
  const [tensor] = node.inputs;
  const { filter } = node;
  const { chunks, ...piece } = cutPicture(node.output, workOfPixel(node), to.threads);
  return makeOp('q8_conv', chunks, {
    ...inputFields(tensor, input),
    input_channels: filter.shape[3],
    input_zero: formOf(tensor, geometry.type).zero,
    ...outputFields(node.output, output),
    ...windowFields(node.window),
    n: roundChannels(filter.shape[0]),
    ...to.packer.q8Panels(node, elementCount(filter.shape.slice(1)), geometry),
    patches,
    patch_stride: patchStride(node),
    ...piece,
    ...requantizeFields(node.output, node.clamp, geometry),
  });
}

export function lowerQ8Depthwise(node: DepthwiseConv2D, input: Place, output: Place, padRow: number, to: Lowering): Op {
  const geometry = q8Geometry(to);
  const { chunks, ...piece } = cutPicture(node.output, workOfPixel(node), to.threads);
  return makeOp('q8_depthwise', chunks, {
    ...inputFields(node.inputs[0], input),
    input_zero: formOf(node.inputs[0], geometry.type).zero,
    ...outputFields(node.output, output),
    ...windowFields(node.window),
    channels: roundChannels(node.filter.shape[3]),
    ...to.packer.q8Depthwise(node, geometry),
    pad_row: padRow,
    ...piece,
    ...requantizeFields(node.output, node.clamp, geometry),
  });
}

/** TFLite's ADD: both operands scaled to 20 bits beyond the larger one's step. */
function lowerAdd(node: Add, [a, b]: Place[], output: Place, to: Lowering): Op {
  const geometry = q8Geometry(to);
  const [height, width, channels] = pixels(node.output.shape);
  const [aForm, bForm] = node.inputs.map((tensor) => formOf(tensor, geometry.type));
  const [aRatio, bRatio] = node.inputs.map((tensor) => Math.fround(scaleOf(tensor) / scaleOf(node.output)));
  const shift = additionShift(node);
  if (shift === undefined) {
    throw new MobileNetEdgeError(
      'OPERATOR_UNSUPPORTED',
      `ADD ${node.name}: expected the larger input scale to be 2^-11 to 2^20 times the output's but the inputs' are ${aRatio} and ${bRatio} times it; load the model with precision 'float32'`,
    );
  }
  const multiplier = (ratio: number): number => roundHalfEven(ratio * 2 ** shift);
  const aMultiplier = multiplier(aRatio);
  const bMultiplier = multiplier(bRatio);
  const { chunks, ...piece } = cutPixels(node.output, workOfPixel(node), to.threads);
  return makeOp('q8_add', chunks, {
    a: a.offset,
    a_stride: a.stride,
    b: b.offset,
    b_stride: b.stride,
    output: output.offset,
    output_stride: output.stride,
    pixels: height * width,
    channels: roundChannels(channels),
    ...piece,
    a_multiplier: aMultiplier,
    b_multiplier: bMultiplier,
    // Modulo 2^32, as the sum is.
    bias: (2 ** (shift - 1) - aForm.zero * aMultiplier - bForm.zero * bMultiplier) | 0,
    shift,
    ...requantizeFields(node.output, node.clamp, geometry),
  });
}

function lowerPool(node: Pool, input: Place, output: Place, geometry: Q8Geometry): Op {
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
  const { chunks, ...piece } = cutPool(node.output, node.window.kernel[0] * node.window.kernel[1]);
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

function lowerSoftmax(node: Softmax, input: Place, output: Place, to: Lowering): Op {
  const [tensor] = node.inputs;
  const { chunks, ...piece } = cutPixels(node.output, workOfPixel(node));
  return makeOp('q8_softmax', chunks, {
    ...flatFields(tensor, input, output),
    ...piece,
    table: to.packer.add(softmaxTable(scaleOf(tensor), node.beta)),
    output_scale: scaleOf(node.output),
    ...requantizeFields(node.output, LINEAR, q8Geometry(to)),
  });
}

function lowerTable(node: Node, table: Int16Array, input: Place, output: Place, to: Lowering): Op {
  const [tensor] = node.inputs;
  const { chunks, ...piece } = cutPixels(node.output, workOfPixel(node));
  return makeOp('q8_lookup', chunks, {
    ...flatFields(tensor, input, output),
    ...piece,
    table: to.packer.add(table),
    table_offset: -formOf(tensor, q8Geometry(to).type).lo,
  });
}

/** Between float32 and integers. */
function lowerConversion(node: Requantize, input: Place, output: Place, geometry: Q8Geometry): Op {
  const [tensor] = node.inputs;
  const result = node.output;
  const { chunks, ...piece } = cutPixels(result, workOfPixel(node));
  const flat = { ...flatFields(tensor, input, output), ...piece };
  if (isQuantized(tensor)) {
    return makeOp('q8_dequantize', chunks, {
      ...flat,
      input_zero: formOf(tensor, geometry.type).zero,
      scale: scaleOf(tensor),
    });
  }
  const inverse_scale = Math.fround(1 / scaleOf(result));
  return makeOp('q8_quantize', chunks, { ...flat, inverse_scale, ...requantizeFields(result, LINEAR, geometry) });
}

export function lowerQ8Node(node: Node, to: Lowering): Op {
  const geometry = q8Geometry(to);
  const [tensor] = node.inputs;
  const places = node.inputs.map((input) => to.places.get(input)!);
  const [input] = places;
  const output = to.places.get(node.output)!;
  switch (node.op) {
    case 'conv2d':
      return lowerQ8Conv(node, input, output, to.scratch, to);
    case 'depthwise_conv2d':
      return lowerQ8Depthwise(node, input, output, to.scratch, to);
    case 'add':
      return lowerAdd(node, places, output, to);
    case 'pool':
      return lowerPool(node, input, output, geometry);
    case 'softmax':
      return lowerSoftmax(node, input, output, to);
    case 'sigmoid':
      return lowerTable(node, sigmoidTable(tensor, node.output, geometry), input, output, to);
    case 'activation':
      return lowerTable(node, valueTable(tensor, node.output, node.clamp, geometry), input, output, to);
    case 'requantize': {
      if (isQuantized(tensor) && isQuantized(node.output)) {
        return lowerTable(node, valueTable(tensor, node.output, LINEAR, geometry), input, output, to);
      }
      return lowerConversion(node, input, output, geometry);
    }
    default:
      throw new MobileNetEdgeError(
        'OPERATOR_UNSUPPORTED',
        `Expected a quantized network without ${node.op} (${node.name}): load it with precision 'float32'`,
      );
  }
}
