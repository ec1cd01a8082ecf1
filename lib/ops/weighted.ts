/** What convolutions and dense layers have in common. */
import { type Clamp, elementCount, type NodeBase, type Tensor } from '../graph/graph';
import { type Origin, text } from './op';

export interface Weighted extends NodeBase {
  filter: Tensor;
  /** Absent: zero. */
  bias?: Tensor;
  clamp: Clamp;
}

/** What such a node is made of. */
export interface Layer {
  input: Tensor;
  filter: Tensor;
  bias?: Tensor;
  clamp: Clamp;
}

/** A vector of `outputs` values, whatever axes of extent 1 the file adds. */
export function biasOf(origin: Origin, bias: Tensor | undefined, outputs: number): Tensor | undefined {
  if (!bias) return undefined;
  if (elementCount(bias.shape) !== outputs) {
    throw origin.invalid(`expects ${outputs} biases but has ${text(bias.shape)}`);
  }
  return bias.shape.length === 1 ? bias : { ...bias, shape: [outputs] };
}
