/** exp(beta * x) / sum over the last axis. */
import { LINEAR, type NodeBase, type Tensor } from '../graph/graph';
import { isInteger } from './arithmetic';
import { cutPixels } from './cut';
import { flatFields, makeOp } from './lowering';
import { baseOf, type Origin, type Rules } from './op';
import { requantizeFields, scaleOf } from './quantized';
import { softmaxTable } from './tables';
import { EXPONENTIAL, pixelWork } from './work';

export interface Softmax extends NodeBase {
  op: 'softmax';
  beta: number;
}

export function softmax(origin: Origin, input: Tensor, beta: number): Softmax {
  return { op: 'softmax', ...baseOf(origin, input.shape, [input]), beta };
}

export const SOFTMAX: Rules<Softmax> = {
  workPerValue: () => EXPONENTIAL,
  isPixelwise: () => true,
  hasHalves: false,
  lower(node, { inputs: [input], output }, { packer, geometry }) {
    const [tensor] = node.inputs;
    const { chunks, ...piece } = cutPixels(node.output, pixelWork(node.output, EXPONENTIAL));
    const fields = { ...flatFields(tensor, input, output), ...piece };
    if (!isInteger(node)) return makeOp('softmax', chunks, { ...fields, beta: node.beta });
    return makeOp('q8_softmax', chunks, {
      ...fields,
      table: packer.add(softmaxTable(scaleOf(tensor), node.beta)),
      output_scale: scaleOf(node.output),
      ...requantizeFields(node.output, LINEAR, geometry.q8!),
    });
  },
};
