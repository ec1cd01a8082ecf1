// Integer depthwise convolution.
import { Q8DepthwiseOp } from '../generated/program';
import { depthwise_piece } from './depthwise_row';

export function run_q8_depthwise(op: Q8DepthwiseOp, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  depthwise_piece<Q8DepthwiseOp, i16>(op, chunk, arena, weights, scratch);
}
