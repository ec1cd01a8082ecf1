/** Functions of one 8-bit value, as tables. */
import type { NodeBase } from '../graph/graph';
import type { Op } from '../program/schema';
import { cutPixels } from './cut';
import { flatFields, type Lowering, makeOp } from './lowering';
import type { NodePlaces } from './op';
import { formOf } from './quantized';
import { pixelWork } from './work';

/** `work` of a value, and the output in the arena's form for every level of the input, in ascending order. */
export function lowerTable(
  node: NodeBase,
  work: number,
  table: Int16Array,
  { inputs: [input], output }: NodePlaces,
  { packer, geometry }: Lowering,
): Op {
  const [tensor] = node.inputs;
  const { chunks, ...piece } = cutPixels(node.output, pixelWork(node.output, work));
  return makeOp('q8_lookup', chunks, {
    ...flatFields(tensor, input, output),
    ...piece,
    table: packer.add(table),
    table_offset: -formOf(tensor, geometry.q8!.type).lo,
  });
}
