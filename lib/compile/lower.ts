/** One step of the Graph as one op of the Program: addresses, packed weights, and how the work is cut. */
import { MobileNetEdgeError } from '../base/errors';
import { pixels, type Tensor } from '../graph/graph';
import { type Node, rulesOf } from '../ops';
import { lowerConv2d } from '../ops/conv2d';
import { cut } from '../ops/cut';
import { lowerDepthwise } from '../ops/depthwise_conv2d';
import type { Place } from '../ops/layout';
import { type Lowering, makeOp } from '../ops/lowering';
import { lowerPointwise } from '../ops/pointwise';
import type { Op } from '../program/schema';
import { mostRows } from './bottleneck_work';
import { bottleneckScratch } from './scratch';
import { type InvertedResidualStep, type PointwiseStep, type Step, stepOutput } from './steps';

/** Where everything is. */
export interface StepPlaces {
  places: ReadonlyMap<Tensor, Place>;
  /** Byte offset of the step's scratch. */
  scratch: number;
}

function lowerInvertedResidual(step: InvertedResidualStep, at: StepPlaces, to: Lowering): Op {
  const { expand, depthwise, project } = step;
  const [outputHeight] = pixels(depthwise.output.shape);
  const { stride, windowRows, bandRows, ...offsets } = bottleneckScratch(step, to.geometry);
  const window = { offset: at.scratch, stride };
  const band = { offset: at.scratch + offsets.band, stride };
  const input = at.places.get(expand.node.inputs[0])!;
  const rows = cut(outputHeight, Math.max(to.threads, Math.ceil(outputHeight / mostRows(step))));
  const parts = [
    expand.kind === 'conv'
      ? lowerConv2d(expand.node, input, window, at.scratch + offsets.patches, to)
      : lowerPointwise(expand.node, input, window, to),
    lowerDepthwise(depthwise, window, band, at.scratch + offsets.padRow, to),
    lowerProduct(project, band, at, to),
  ];
  const fields = {
    window: window.offset,
    window_rows: windowRows,
    band: band.offset,
    band_rows: bandRows,
    rows_per_chunk: rows.size,
  };
  return makeOp('inverted_residual', rows.pieces, fields, parts);
}

/** With the skip connection that it takes, where there is one. */
function lowerProduct(step: PointwiseStep, input: Place, { places }: StepPlaces, to: Lowering): Op {
  const { node, residual } = step;
  const sum = residual && { place: places.get(residual.tensor)!, clamp: residual.add.clamp };
  return lowerPointwise(node, input, places.get(stepOutput(step))!, to, sum);
}

function lowerNode(node: Node, { places, scratch }: StepPlaces, to: Lowering): Op {
  const { lower } = rulesOf(node);
  if (!lower) {
    throw new MobileNetEdgeError('INTERNAL', `The node ${node.name} (${node.op}) should have been removed by a pass`);
  }
  const inputs = node.inputs.map((tensor) => places.get(tensor)!);
  return lower(node, { inputs, output: places.get(node.output)!, scratch }, to);
}

export function lower(step: Step, at: StepPlaces, to: Lowering): Op {
  switch (step.kind) {
    case 'conv':
    case 'node':
      return lowerNode(step.node, at, to);
    case 'pointwise':
      return lowerProduct(step, at.places.get(step.node.inputs[0])!, at, to);
    case 'inverted_residual':
      return lowerInvertedResidual(step, at, to);
  }
}
