/** All ops. What the passes, the compiler, the limits and the readers need to know of one is in its module. */
import type * as graph from '../graph/graph';
import { ACTIVATION, type Activation } from './activation';
import { ADD, type Add } from './add';
import { AFFINE, type Affine } from './affine';
import { CONV2D, type Conv2D } from './conv2d';
import { DENSE, type Dense } from './dense';
import { DEPTHWISE_CONV2D, type DepthwiseConv2D } from './depthwise_conv2d';
import type { Rules } from './op';
import { PAD, type Pad } from './pad';
import { POOL, type Pool } from './pool';
import { REQUANTIZE, type Requantize } from './requantize';
import { RESHAPE, type Reshape } from './reshape';
import { SOFTMAX, type Softmax } from './softmax';
import { UNARY_RULES, type Unary } from './unary';

export { type Activation, activation } from './activation';
export { type Add, add } from './add';
export { type Affine, affine } from './affine';
export { type Conv2D, conv2d } from './conv2d';
export { type Dense, dense } from './dense';
export { type DepthwiseConv2D, depthwiseConv2d } from './depthwise_conv2d';
export { type Pad, pad } from './pad';
export { globalPool, type Pool, pool } from './pool';
export { type Requantize, requantize } from './requantize';
export { type Reshape, reshape } from './reshape';
export { type Softmax, softmax } from './softmax';
export { type Unary, unary } from './unary';

export type Node =
  | Conv2D
  | DepthwiseConv2D
  | Dense
  | Affine
  | Activation
  | Add
  | Pool
  | Pad
  | Reshape
  | Softmax
  | Unary
  | Requantize;

export type Graph = graph.Graph<Node>;

const RULES: { [Op in Node['op']]: Rules<Extract<Node, { op: Op }>> } = {
  conv2d: CONV2D,
  depthwise_conv2d: DEPTHWISE_CONV2D,
  dense: DENSE,
  affine: AFFINE,
  activation: ACTIVATION,
  add: ADD,
  pool: POOL,
  pad: PAD,
  reshape: RESHAPE,
  softmax: SOFTMAX,
  ...UNARY_RULES,
  requantize: REQUANTIZE,
};

export function rulesOf<Kind extends Node>({ op }: Kind): Rules<Kind> {
  return RULES[op] as unknown as Rules<Kind>;
}
