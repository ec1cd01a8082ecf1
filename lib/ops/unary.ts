/** A function of each value: the op has the function's name, see program/unary.ts. */
import type { NodeBase, Tensor } from '../graph/graph';
import { UNARY, UNARY_NAMES, type UnaryName } from '../program/unary';
import { isInteger } from './arithmetic';
import { cutPixels } from './cut';
import { lowerTable } from './lookup';
import { flatFields, makeOp } from './lowering';
import { baseOf, type Origin, type Rules } from './op';
import { functionTable } from './tables';
import { EXPONENTIAL, pixelWork } from './work';

export interface Unary extends NodeBase {
  op: UnaryName;
}

export function unary(origin: Origin, input: Tensor, name: UnaryName): Unary {
  return { op: name, ...baseOf(origin, input.shape, [input]) };
}

const RULES: Rules<Unary> = {
  workPerValue: () => EXPONENTIAL,
  isPixelwise: () => true,
  hasHalves: false,
  lower(node, places, to) {
    const [tensor] = node.inputs;
    if (isInteger(node)) {
      const table = functionTable(tensor, node.output, UNARY[node.op], to.geometry.q8!);
      return lowerTable(node, EXPONENTIAL, table, places, to);
    }
    const { chunks, ...piece } = cutPixels(node.output, pixelWork(node.output, EXPONENTIAL));
    return makeOp('unary', chunks, {
      ...flatFields(tensor, places.inputs[0], places.output),
      ...piece,
      function: UNARY_NAMES.indexOf(node.op),
    });
  },
};

export const UNARY_RULES = Object.fromEntries(UNARY_NAMES.map((name) => [name, RULES])) as Record<
  UnaryName,
  Rules<Unary>
>;
