// Depthwise convolution.
import { DepthwiseOp } from '../generated/program';
import { depthwise_piece } from './depthwise_row';

export function run_depthwise(op: DepthwiseOp, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  depthwise_piece<DepthwiseOp, f32>(op, chunk, arena, weights, scratch);
}
