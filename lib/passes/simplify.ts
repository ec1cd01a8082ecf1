/** The passes in order: any reader's Graph in, a Graph of convolutions, pools, adds and heads out. */

import { Budget } from '../base/budget';
import { finish, type Phase } from '../base/phase';
import type { Graph } from '../ops';
import { dequantize, dequantizeWeights } from './dequantize';
import { expandMultiplier } from './expand_multiplier';
import { foldAffine } from './fold_affine';
import { foldPadding } from './fold_padding';
import { fuseActivation } from './fuse_activation';
import { halve } from './halve';
import { removeReshapes } from './remove_reshapes';

/** What a network computes with. */
export const PRECISIONS = ['float32', 'float16', 'int8'] as const;

export type Precision = (typeof PRECISIONS)[number];

type Pass = (graph: Graph, budget: Budget) => Phase<Graph>;

/** The passes of a precision, in order. */
export function passesFor(precision: Precision): Pass[] {
  const first = precision === 'int8' ? dequantizeWeights : dequantize;
  const passes: Pass[] = [first, foldAffine, fuseActivation, foldPadding, expandMultiplier, removeReshapes];
  return precision === 'float16' ? [...passes, halve] : passes;
}

/** 'float32' and 'float16' take the quantization out; 'int8' leaves every quantized tensor as it is. */
export function* simplifying(graph: Graph, precision: Precision, budget: Budget): Phase<Graph> {
  let simpler = graph;
  for (const pass of passesFor(precision)) simpler = yield* pass(simpler, budget);
  return simpler;
}

/** The same at once. */
export function simplify(graph: Graph, precision: Precision = 'float32', budget = new Budget({}, 'graph')): Graph {
  return finish(simplifying(graph, precision, budget));
}
