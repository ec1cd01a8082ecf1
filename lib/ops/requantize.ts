/** Changes how an activation is held: QUANTIZE and DEQUANTIZE (either side may be float32), and from or to halves. */
import { type Clamp, covers, isQuantized, LINEAR, type NodeBase, representable, type Tensor } from '../graph/graph';
import type { Op } from '../program/schema';
import type { Activation } from './activation';
import { cutPixels } from './cut';
import { lowerTable } from './lookup';
import { flatFields, type Lowering, makeOp } from './lowering';
import { baseOf, type NodePlaces, type Origin, type Rules } from './op';
import { formOf, requantizeFields, scaleOf } from './quantized';
import type { Reshape } from './reshape';
import { valueTable } from './tables';
import { CONVERSION, pixelWork } from './work';

export interface Requantize extends NodeBase {
  op: 'requantize';
}

export function requantize(origin: Origin, input: Tensor): Requantize {
  return { op: 'requantize', ...baseOf(origin, input.shape, [input], 'nothing') };
}

function lower(node: Requantize, places: NodePlaces, to: Lowering): Op {
  const [tensor] = node.inputs;
  const result = node.output;
  const geometry = to.geometry.q8!;
  if (isQuantized(tensor) && isQuantized(result)) {
    return lowerTable(node, CONVERSION, valueTable(tensor, result, LINEAR, geometry), places, to);
  }
  const { chunks, ...piece } = cutPixels(result, pixelWork(result, CONVERSION));
  const flat = { ...flatFields(tensor, places.inputs[0], places.output), ...piece };
  if (result.type === 'float16') return makeOp('f16_from_f32', chunks, flat);
  if (tensor.type === 'float16') return makeOp('f16_to_f32', chunks, flat);
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

/** Into a range that holds all it gets, it only renames. */
function dequantized(node: Requantize, base: NodeBase): Reshape | Activation {
  const range: Clamp = representable(node.output);
  return covers(range, representable(node.inputs[0]))
    ? { ...base, op: 'reshape' }
    : { ...base, op: 'activation', clamp: range };
}

export const REQUANTIZE: Rules<Requantize> = {
  workPerValue: () => CONVERSION,
  isPixelwise: () => true,
  hasHalves: true,
  dequantized,
  lower,
};
