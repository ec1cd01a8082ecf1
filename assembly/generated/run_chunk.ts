// Generated from lib/program by `npm run generate`; do not edit.
// One chunk of one op. Nothing here allocates and nothing is static: the host decides every address. Several threads
// call this at once, so an op touches only its output, its thread's scratch, and no other chunk's share.
import { run_add } from '../ops/add';
import { run_conv } from '../ops/conv';
import { run_depthwise } from '../ops/depthwise';
import { run_inverted_residual } from '../ops/inverted_residual';
import { run_pointwise } from '../ops/pointwise';
import { run_pool, run_q8_pool } from '../ops/pool';
import { run_q8_add } from '../ops/q8_add';
import { run_q8_conv } from '../ops/q8_conv';
import { run_q8_depthwise } from '../ops/q8_depthwise';
import { run_q8_lookup } from '../ops/q8_lookup';
import { run_q8_mean } from '../ops/q8_mean';
import { run_q8_pointwise } from '../ops/q8_pointwise';
import { run_q8_dequantize, run_q8_quantize } from '../ops/q8_quantize';
import { run_q8_softmax } from '../ops/q8_softmax';
import { run_softmax } from '../ops/softmax';
import { run_unary } from '../ops/unary';
import {
  AddOp,
  ConvOp,
  DepthwiseOp,
  InvertedResidualOp,
  OPCODE_ADD,
  OPCODE_CONV,
  OPCODE_DEPTHWISE,
  OPCODE_INVERTED_RESIDUAL,
  OPCODE_POINTWISE,
  OPCODE_POOL,
  OPCODE_Q8_ADD,
  OPCODE_Q8_CONV,
  OPCODE_Q8_DEPTHWISE,
  OPCODE_Q8_DEQUANTIZE,
  OPCODE_Q8_LOOKUP,
  OPCODE_Q8_MEAN,
  OPCODE_Q8_POINTWISE,
  OPCODE_Q8_POOL,
  OPCODE_Q8_QUANTIZE,
  OPCODE_Q8_SOFTMAX,
  OPCODE_SOFTMAX,
  OPCODE_UNARY,
  OpHeader,
  PointwiseOp,
  PoolOp,
  Q8AddOp,
  Q8ConvOp,
  Q8DepthwiseOp,
  Q8DequantizeOp,
  Q8LookupOp,
  Q8MeanOp,
  Q8PointwiseOp,
  Q8PoolOp,
  Q8QuantizeOp,
  Q8SoftmaxOp,
  SoftmaxOp,
  UnaryOp,
} from './program';

// `at`: the address of the op's record; the others are the addresses of the three memories.
export function run_chunk(at: usize, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  switch (changetype<OpHeader>(at).opcode) {
    case OPCODE_CONV:
      return run_conv(changetype<ConvOp>(at), chunk, arena, weights, scratch);
    case OPCODE_POINTWISE:
      return run_pointwise(changetype<PointwiseOp>(at), chunk, arena, weights);
    case OPCODE_DEPTHWISE:
      return run_depthwise(changetype<DepthwiseOp>(at), chunk, arena, weights, scratch);
    case OPCODE_INVERTED_RESIDUAL:
      return run_inverted_residual(changetype<InvertedResidualOp>(at), chunk, arena, weights, scratch);
    case OPCODE_ADD:
      return run_add(changetype<AddOp>(at), chunk, arena);
    case OPCODE_POOL:
      return run_pool(changetype<PoolOp>(at), chunk, arena);
    case OPCODE_SOFTMAX:
      return run_softmax(changetype<SoftmaxOp>(at), chunk, arena);
    case OPCODE_UNARY:
      return run_unary(changetype<UnaryOp>(at), chunk, arena);
    case OPCODE_Q8_CONV:
      return run_q8_conv(changetype<Q8ConvOp>(at), chunk, arena, weights, scratch);
    case OPCODE_Q8_POINTWISE:
      return run_q8_pointwise(changetype<Q8PointwiseOp>(at), chunk, arena, weights);
    case OPCODE_Q8_DEPTHWISE:
      return run_q8_depthwise(changetype<Q8DepthwiseOp>(at), chunk, arena, weights, scratch);
    case OPCODE_Q8_ADD:
      return run_q8_add(changetype<Q8AddOp>(at), chunk, arena);
    case OPCODE_Q8_POOL:
      return run_q8_pool(changetype<Q8PoolOp>(at), chunk, arena);
    case OPCODE_Q8_MEAN:
      return run_q8_mean(changetype<Q8MeanOp>(at), chunk, arena);
    case OPCODE_Q8_LOOKUP:
      return run_q8_lookup(changetype<Q8LookupOp>(at), chunk, arena, weights);
    case OPCODE_Q8_SOFTMAX:
      return run_q8_softmax(changetype<Q8SoftmaxOp>(at), chunk, arena, weights);
    case OPCODE_Q8_QUANTIZE:
      return run_q8_quantize(changetype<Q8QuantizeOp>(at), chunk, arena);
    case OPCODE_Q8_DEQUANTIZE:
      return run_q8_dequantize(changetype<Q8DequantizeOp>(at), chunk, arena);
    default:
      unreachable();
  }
}
