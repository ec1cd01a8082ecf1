/**
 * Groups the nodes of a simplified Graph into steps, one op of the Program each: a 1x1 convolution takes the
 * residual add that follows it, and a bottleneck that is worth fusing becomes one step.
 */

import { Budget } from '../base/budget';
import { finish, type Phase } from '../base/phase';
import { consumers, elementCount, isQuantized, pixels, type Tensor } from '../graph/graph';
import type { Add, Conv2D, Dense, DepthwiseConv2D, Graph, Node } from '../ops';
import { arithmeticOf } from '../ops/arithmetic';
import { isPointwise } from '../ops/pointwise';
import type { Geometry } from '../program/program';
import { isSmallEnough } from './bottleneck_work';
import { StepList } from './step_list';

/** A matrix product over pixels, with the skip connection added to its result where there is one. */
export interface PointwiseStep {
  kind: 'pointwise';
  node: Conv2D | Dense;
  residual?: { add: Add; tensor: Tensor };
}

/** A convolution with a window of its own. */
export interface ConvStep {
  kind: 'conv';
  node: Conv2D;
}

/**
 * Expansion, depthwise and projection in one op; the expanded tensor exists in scratch only. The expansion of the first
 * block is the stem.
 */
export interface InvertedResidualStep {
  kind: 'inverted_residual';
  expand: PointwiseStep | ConvStep;
  depthwise: DepthwiseConv2D;
  project: PointwiseStep;
}

export interface NodeStep {
  kind: 'node';
  node: Exclude<Node, Conv2D | Dense>;
}

export type Step = PointwiseStep | ConvStep | InvertedResidualStep | NodeStep;

/** 'auto' fuses the bottlenecks that the geometry says are worth it. */
export type Fusion = 'auto' | 'always' | 'never';

function isExpansion(step: Step): step is InvertedResidualStep['expand'] {
  return step.kind === 'pointwise' ? step.residual === undefined : step.kind === 'conv';
}

/** The most channels of a picture: making rows of a stem twice, where two chunks meet, costs little. */
const PICTURE_CHANNELS = 4;

/** Whether fusing a stem saves memory: v2's first block narrows, v1's widens what must be stored next. */
function isNarrowing({ node: { filter } }: ConvStep, project: PointwiseStep): boolean {
  return filter.shape[3] <= PICTURE_CHANNELS && project.node.filter.shape[0] < filter.shape[0];
}

/** What a step reads. */
export function stepInputs(step: Step): Tensor[] {
  switch (step.kind) {
    case 'conv':
    case 'node':
      return step.node.inputs;
    case 'pointwise':
      return [...step.node.inputs, ...(step.residual ? [step.residual.tensor] : [])];
    case 'inverted_residual':
      return [...step.expand.node.inputs, ...(step.project.residual ? [step.project.residual.tensor] : [])];
  }
}

/** What a step makes. */
export function stepOutput(step: Step): Tensor {
  switch (step.kind) {
    case 'conv':
    case 'node':
      return step.node.output;
    case 'pointwise':
      return step.residual?.add.output ?? step.node.output;
    case 'inverted_residual':
      return stepOutput(step.project);
  }
}

export function* groupingSteps(graph: Graph, geometry: Geometry, fusion: Fusion, budget: Budget): Phase<Step[]> {
  const steps = new StepList();
  const readers = consumers(graph);
  const outputs = new Set(graph.outputs);
  const isPrivate = (tensor: Tensor): boolean => !outputs.has(tensor) && readers.get(tensor)?.length === 1;

  for (const node of graph.nodes) {
    if (budget.turnIsOver()) yield;
    // Integer addition has a rounding of its own, so it stays an op.
    if (node.op === 'add' && !isQuantized(node.output)) steps.push(fuseAdd(node));
    else if (node.op === 'dense' || (node.op === 'conv2d' && isPointwise(node)))
      steps.push({ kind: 'pointwise', node });
    else if (node.op === 'conv2d') steps.push({ kind: 'conv', node });
    else steps.push({ kind: 'node', node });
    fuseBottleneck();
  }
  return steps.toArray();

  /** An add whose operand comes straight from a 1x1 convolution joins that convolution, which moves down to here. */
  function fuseAdd(add: Add): Step {
    const candidates = add.inputs
      .map((tensor) => ({ tensor, link: steps.makerOf(tensor) }))
      .filter(({ tensor, link }) => link && isPrivate(tensor) && canTakeResidual(link.step))
      .sort((a, b) => b.link!.number - a.link!.number);
    if (candidates.length === 0) return { kind: 'node', node: add };
    const { tensor, link } = candidates[0];
    const other = add.inputs[0] === tensor ? add.inputs[1] : add.inputs[0];
    const step = steps.remove(link!);
    const residual = { add, tensor: other };
    if (step.kind === 'inverted_residual') return { ...step, project: { ...step.project, residual } };
    return { ...(step as PointwiseStep), residual };
  }

  function canTakeResidual(step: Step): boolean {
    if (step.kind === 'inverted_residual') return step.project.residual === undefined;
    return step.kind === 'pointwise' && step.residual === undefined;
  }

  function isWorthFusing({ expand, depthwise, project }: Omit<InvertedResidualStep, 'kind'>): boolean {
    const [height] = pixels(expand.node.output.shape);
    const arithmetic = arithmeticOf(depthwise, geometry);
    const { fuseFromHeight, fuseWeightBytes = Infinity } = arithmetic.geometry;
    const weights = elementCount(expand.node.filter.shape) + elementCount(project.node.filter.shape);
    if (expand.kind === 'conv' && !isNarrowing(expand, project)) return false;
    return height >= fuseFromHeight && weights * arithmetic.storedBytes <= fuseWeightBytes;
  }

  /** If the last three steps are a bottleneck worth fusing, makes one of them. */
  function fuseBottleneck(): void {
    const project = steps.last?.step;
    const middle = steps.last?.before?.step;
    const expand = steps.last?.before?.before?.step;
    if (fusion === 'never' || !expand || !isExpansion(expand) || project?.kind !== 'pointwise') return;
    if (middle?.kind !== 'node' || middle.node.op !== 'depthwise_conv2d') return;
    const depthwise = middle.node;
    const chained = depthwise.inputs[0] === expand.node.output && project.node.inputs[0] === depthwise.output;
    if (!chained || !isPrivate(expand.node.output) || !isPrivate(depthwise.output)) return;
    if (!isSmallEnough({ expand, depthwise, project })) return;
    if (fusion === 'auto' && !isWorthFusing({ expand, depthwise, project })) return;
    for (let i = 0; i < 3; i++) steps.remove(steps.last!);
    steps.push({ kind: 'inverted_residual', expand, depthwise, project });
  }
}

/** The same at once. */
export function groupSteps(graph: Graph, geometry: Geometry, fusion: Fusion): Step[] {
  return finish(groupingSteps(graph, geometry, fusion, new Budget({}, 'graph')));
}
