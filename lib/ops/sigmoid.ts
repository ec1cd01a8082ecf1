/** 1 / (1 + exp(-x)). */
import type { NodeBase, Tensor } from '../graph/graph';
import { isInteger } from './arithmetic';
import { cutPixels } from './cut';
import { lowerTable } from './lookup';
import { flatFields, makeOp } from './lowering';
import { baseOf, type Origin, type Rules } from './op';
import { sigmoidTable } from './tables';
import { EXPONENTIAL, pixelWork } from './work';

export interface Sigmoid extends NodeBase {
  op: 'sigmoid';
}

export function sigmoid(origin: Origin, input: Tensor): Sigmoid {
  return { op: 'sigmoid', ...baseOf(origin, input.shape, [input]) };
}

export const SIGMOID: Rules<Sigmoid> = {
  workPerValue: () => EXPONENTIAL,
  isPixelwise: () => true,
  hasHalves: false,
  lower(node, places, to) {
    const [tensor] = node.inputs;
    if (isInteger(node)) {
      return lowerTable(node, EXPONENTIAL, sigmoidTable(tensor, node.output, to.geometry.q8!), places, to);
    }
    const { chunks, ...piece } = cutPixels(node.output, pixelWork(node.output, EXPONENTIAL));
    return makeOp('sigmoid', chunks, { ...flatFields(tensor, places.inputs[0], places.output), ...piece });
  },
};
