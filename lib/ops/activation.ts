/** An activation function that stands alone: ReLU, ReLU6, ReLU_N1_TO_1. Of floating-point numbers, a pass removes it. */
import type { Clamp, NodeBase, Tensor } from '../graph/graph';
import { lowerTable } from './lookup';
import { baseOf, type Origin, type Rules } from './op';
import { valueTable } from './tables';
import { CONVERSION } from './work';

export interface Activation extends NodeBase {
  op: 'activation';
  clamp: Clamp;
}

export function activation(origin: Origin, input: Tensor, clamp: Clamp): Activation {
  return { op: 'activation', ...baseOf(origin, input.shape, [input]), clamp };
}

export const ACTIVATION: Rules<Activation> = {
  workPerValue: () => CONVERSION,
  isPixelwise: () => true,
  hasHalves: true,
  lower(node, places, to) {
    const table = valueTable(node.inputs[0], node.output, node.clamp, to.geometry.q8!);
    return lowerTable(node, CONVERSION, table, places, to);
  },
};
