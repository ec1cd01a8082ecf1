/** One step of the Graph as one op of the Program: addresses, packed weights, and how the work is cut. */
import { pixels } from '../graph/graph';
import type { Op } from '../program/schema';
import { mostRows } from './bottleneck_work';
import { cut, type Lowering, makeOp } from './fields';
import { lowerConv, lowerDepthwise, lowerNode, lowerPointwise } from './lower_float';
import { lowerQ8Conv, lowerQ8Depthwise, lowerQ8Node, lowerQ8Pointwise } from './lower_q8';
import { bottleneckScratch, isInteger } from './scratch';
import { type InvertedResidualStep, type Step, stepOutput } from './steps';

function lowerInvertedResidual(step: InvertedResidualStep, to: Lowering): Op {
  const { expand, depthwise, project } = step;
  const integer = isInteger(depthwise);
  const [pointwise, middle] = integer ? [lowerQ8Pointwise, lowerQ8Depthwise] : [lowerPointwise, lowerDepthwise];
  const [outputHeight] = pixels(depthwise.output.shape);
  const { stride, windowRows, bandRows, ...offsets } = bottleneckScratch(step, to.geometry);
  const window = { offset: to.scratch, stride };
  const band = { offset: to.scratch + offsets.band, stride };
  const patches = to.scratch + offsets.patches;
  const padRow = to.scratch + offsets.padRow;
  const input = to.places.get(expand.node.inputs[0])!;
  const rows = cut(outputHeight, Math.max(to.threads, Math.ceil(outputHeight / mostRows(step))));
  const parts = [
    expand.kind === 'node'
      ? (integer ? lowerQ8Conv : lowerConv)(expand.node, input, window, patches, to)
      : pointwise(expand, input, window, to),
    middle(depthwise, window, band, padRow, to),
    pointwise(project, band, to.places.get(stepOutput(step))!, to),
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

export function lower(step: Step, to: Lowering): Op {
  switch (step.kind) {
    case 'node':
      return isInteger(step.node) ? lowerQ8Node(step.node, to) : lowerNode(step.node, to);
    case 'pointwise': {
      const input = to.places.get(step.node.inputs[0])!;
      const output = to.places.get(stepOutput(step))!;
      const pointwise = isInteger(step.node) ? lowerQ8Pointwise : lowerPointwise;
      return pointwise(step, input, output, to);
    }
    case 'inverted_residual':
      return lowerInvertedResidual(step, to);
  }
}
