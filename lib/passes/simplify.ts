/** The passes in order: any reader's Graph in, a float32 Graph of convolutions, pools, adds and heads out. */
import type { Graph } from '../graph';
import { dequantize } from './dequantize';
import { expandMultiplier } from './expand_multiplier';
import { foldAffine } from './fold_affine';
import { foldPadding } from './fold_padding';
import { fuseActivation } from './fuse_activation';
import { removeReshapes } from './remove_reshapes';

export function simplify(graph: Graph): Graph {
  const passes = [dequantize, foldAffine, fuseActivation, foldPadding, expandMultiplier, removeReshapes];
  return passes.reduce((simpler, pass) => pass(simpler), graph);
}
