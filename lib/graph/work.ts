/** What running a Graph costs, whichever way its operators are written. */
import { elementCount, type Graph, type Node, pixels } from './graph';

/** Kernels compute so many channels at once: a picture of one channel costs them what one of eight does. */
const LANES = 8;
/** An exponential and a division cost what so many multiply-accumulates do. */
const EXPONENTIAL = 32;
/** A value that is looked up in a table or converted from one type to another. */
const CONVERSION = 4;

/**
 * The most element operations of a chunk of a compiled network: a run can be ended between two of them only. Real networks
 * have no chunk as large, so that for them nothing is cut but for threads. Beyond it are only chunks that cannot be smaller:
 * one output pixel of a convolution, which reads each weight once, and a tile of a product of very long rows.
 */
export const MOST_WORK = 2 ** 27;

/** Element operations per value of a node's output. */
function perValue(node: Node): number {
  switch (node.op) {
    case 'conv2d':
    case 'dense':
      return elementCount(node.filter.shape.slice(1));
    case 'depthwise_conv2d':
      return elementCount(node.filter.shape.slice(0, 3));
    case 'pool':
      return node.window.kernel[0] * node.window.kernel[1];
    case 'softmax':
    case 'sigmoid':
      return EXPONENTIAL;
    case 'activation':
    case 'requantize':
      return CONVERSION;
    case 'add':
    case 'affine':
    case 'pad':
      return 1;
    case 'reshape':
      return 0;
  }
}

/**
 * The element operations of one node: multiply-accumulates of convolutions and dense layers, taps of pools and depthwise
 * windows (those in the padding too), one or more per value of everything else; channels count in steps of 8.
 */
export function work(node: Node): number {
  const [height, width] = pixels(node.output.shape);
  return height * width * workOfPixel(node);
}

/** The element operations of one pixel of a node's output. */
export function workOfPixel(node: Node): number {
  const [, , channels] = pixels(node.output.shape);
  return Math.ceil(channels / LANES) * LANES * perValue(node);
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
