/** Elementwise sum of two activations of one shape (a skip connection). */
import { MobileNetEdgeError } from '../base/errors';
import { roundHalfEven } from '../base/rounding';
import { type Clamp, type NodeBase, pixels, type Tensor } from '../graph/graph';
import type { Op } from '../program/schema';
import { arithmeticOf, isInteger } from './arithmetic';
import { cutPixels } from './cut';
import { roundChannels } from './layout';
import { type Lowering, recordOf } from './lowering';
import { baseOf, type NodePlaces, type Origin, type Rules, text } from './op';
import { formOf, scaleOf } from './quantized';
import { pixelWork } from './work';

export interface Add extends NodeBase {
  op: 'add';
  clamp: Clamp;
}

export function add(origin: Origin, inputs: [Tensor, Tensor], clamp: Clamp): Add {
  const [a, b] = inputs.map(({ shape }) => text(shape));
  if (a !== b) throw origin.unsupported(`is not supported between different shapes (${a} and ${b})`);
  if (inputs[0].type !== inputs[1].type) {
    throw origin.unsupported(`is not supported between ${inputs[0].type} and ${inputs[1].type}`);
  }
  return { op: 'add', ...baseOf(origin, inputs[0].shape, inputs), clamp };
}

/** By how many bits the sum of a quantized addition is shifted down; undefined if its scales are too far apart for 32 bits. */
function additionShift({ inputs, output }: NodeBase): number | undefined {
  const ratios = inputs.map((tensor) => Math.fround(scaleOf(tensor) / scaleOf(output)));
  const shift = 20 - Math.floor(Math.log2(Math.max(...ratios)));
  return shift >= 1 && shift <= 31 ? shift : undefined;
}

/** TFLite's ADD: both operands scaled to 20 bits beyond the larger one's step. */
function integerFields(node: Add, to: Lowering) {
  const { type } = to.geometry.q8!;
  const [aForm, bForm] = node.inputs.map((tensor) => formOf(tensor, type));
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
  return {
    a_multiplier: aMultiplier,
    b_multiplier: bMultiplier,
    // Modulo 2^32, as the sum is.
    bias: (2 ** (shift - 1) - aForm.zero * aMultiplier - bForm.zero * bMultiplier) | 0,
    shift,
  };
}

function lower(node: Add, { inputs: [a, b], output }: NodePlaces, to: Lowering): Op {
  const arithmetic = arithmeticOf(node, to.geometry);
  const [height, width, channels] = pixels(node.output.shape);
  const { chunks, ...piece } = cutPixels(node.output, pixelWork(node.output, 1), to.threads);
  return recordOf(`${arithmetic.prefix}add`, chunks, {
    a: a.offset,
    a_stride: a.stride,
    b: b.offset,
    b_stride: b.stride,
    output: output.offset,
    output_stride: output.stride,
    pixels: height * width,
    channels: roundChannels(channels),
    ...piece,
    ...(isInteger(node) ? integerFields(node, to) : {}),
    ...arithmetic.epilogue(node.output, node.clamp),
  });
}

export const ADD: Rules<Add> = {
  workPerValue: () => 1,
  isPixelwise: () => true,
  hasHalves: true,
  obstacle: (node) => (additionShift(node) === undefined ? 'adds integers whose scales are too far apart' : undefined),
  lower,
};
