/** How many rows of a fused bottleneck a chunk may have. */

import { pixels } from '../graph/graph';
import { work } from '../ops/cost';
import { MOST_WORK } from '../ops/work';
import type { InvertedResidualStep } from './steps';

/** No band has more output rows, see scratch.ts. */
const BAND_ROWS = 4;

/**
 * Output rows of a chunk that stay below MOST_WORK; each chunk makes the rows of the expanded picture again that the window
 * shares with the chunk before.
 */
export function mostRows({ expand, depthwise, project }: Omit<InvertedResidualStep, 'kind'>): number {
  const [inputHeight] = pixels(depthwise.inputs[0].shape);
  const [outputHeight] = pixels(depthwise.output.shape);
  const { kernel, stride, dilation } = depthwise.window;
  const expanded = work(expand.node) / inputHeight;
  const row = (work(depthwise) + work(project.node)) / outputHeight + expanded * stride[0];
  return Math.floor((MOST_WORK - expanded * ((kernel[0] - 1) * dilation[0] + 1)) / row);
}

/** Whether a chunk of a band is little enough. */
export function isSmallEnough(step: Omit<InvertedResidualStep, 'kind'>): boolean {
  return mostRows(step) >= BAND_ROWS;
}
