// Integer convolution with any window.
import { Q8ConvOp } from '../generated/program';
import { conv_piece } from './conv';

export function run_q8_conv(op: Q8ConvOp, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  conv_piece<Q8ConvOp, i16>(op, chunk, arena, weights, scratch);
}
