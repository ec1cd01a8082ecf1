/** What running a Graph costs. */

import { pixels } from '../graph/graph';
import { type Graph, type Node, rulesOf } from './index';
import { pixelWork } from './work';

/**
 * The element operations of one node: multiply-accumulates of convolutions and dense layers, taps of pools and depthwise
 * windows (those in the padding too), one or more per value of everything else; channels count in steps of 8.
 */
export function work(node: Node): number {
  const [height, width] = pixels(node.output.shape);
  return height * width * pixelWork(node.output, rulesOf(node).workPerValue(node));
}

/**
 * The element operations of one inference: what a limit on the cost of a run must count. Unlike the papers'
 * multiply-accumulates (`totals` in layers.ts), which a network of pools has none of, it counts every operator. The
 * time of a run is at most proportional to it: from about 0.02 ns (int8 products on AVX-512) to 2 ns (one core
 * of a small ARM, plain C++) for each.
 */
export function workOf(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + work(node), 0);
}
