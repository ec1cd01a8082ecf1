/** What each op of a compiled Program does, in the words of the network. */

import { pixels } from '../graph/graph';
import type { Graph } from '../ops';
import { layer } from '../ops/layers';
import type { Geometry } from '../program/program';
import { groupSteps, type Step, stepOutput } from './steps';

export interface OpOutline {
  /** The layers that it computes, by name. */
  layers: string[];
  /** The operator of its layer, or 'inverted_residual' for a fused bottleneck. */
  op: string;
  /** The output's [height, width, channels]. */
  shape: readonly number[];
  macs: number;
}

function nodesOf(step: Step): Graph['nodes'] {
  switch (step.kind) {
    case 'conv':
    case 'node':
      return [step.node];
    case 'pointwise':
      return step.residual ? [step.node, step.residual.add] : [step.node];
    case 'inverted_residual':
      return [...nodesOf(step.expand), step.depthwise, ...nodesOf(step.project)];
  }
}

function outlineOf(step: Step): OpOutline {
  const nodes = nodesOf(step);
  return {
    layers: nodes.map(({ name }) => name),
    op: step.kind === 'inverted_residual' ? step.kind : nodes[0].op,
    shape: pixels(stepOutput(step).shape),
    macs: nodes.reduce((sum, node) => sum + layer(node).macs, 0),
  };
}

/** One entry for each op that compile() makes of the same simplified Graph. */
export function outline(graph: Graph, geometry: Geometry): OpOutline[] {
  return groupSteps(graph, geometry, 'auto').map(outlineOf);
}
