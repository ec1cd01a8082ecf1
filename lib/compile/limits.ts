/** What every engine promises to run; the native one refuses what is beyond, by the same numbers. */

import { MobileNetEdgeError } from '../base/errors';
import { isQuantized, pixels, type Tensor } from '../graph/graph';
import type { Graph, Node } from '../ops';
import { LIMITS } from '../program/limits';

/** Those of a pixel are not shared between chunks, but for pools. */
const MOST_CHANNELS = 2 ** 22;
/** Integer kernels read the weights of an output channel in steps of so many. */
const DEPTH_STEP = 16;

function check(ok: boolean, name: string, what: string): void {
  if (!ok)
    throw new MobileNetEdgeError('MODEL_UNSUPPORTED', `${name}: expected ${what}, for which the kernels are made`);
}

/** Throws MODEL_UNSUPPORTED for pictures and windows that no network of the family has. */
export function checkLimits(graph: Graph): void {
  checkTensor(graph.input, graph.input.name);
  for (const node of graph.nodes) {
    checkTensor(node.output, node.name);
    checkNode(node);
  }
}

function checkTensor({ shape }: Tensor, name: string): void {
  const [height, width, channels] = pixels(shape);
  const most = LIMITS.height.value;
  check(height <= most && width <= most, name, `at most ${most} rows and columns`);
  const size = LIMITS.size.value;
  check(height * width <= size, name, `at most ${size} pixels`);
  check(channels <= MOST_CHANNELS, name, `at most ${MOST_CHANNELS} channels`);
}

function checkNode(node: Node): void {
  const { name } = node;
  if (node.op === 'conv2d') {
    const [, height, width, inputs] = node.filter.shape;
    const depth = height * width * inputs;
    check(
      depth + DEPTH_STEP <= LIMITS.size.value,
      name,
      `fewer than ${LIMITS.size.value} weights for an output channel`,
    );
  }
  if (node.op === 'pool' && node.source === 'mean' && isQuantized(node.output)) {
    const [height, width] = pixels(node.inputs[0].shape);
    check(height * width <= LIMITS.mean_pixels.value, name, `a mean of at most ${LIMITS.mean_pixels.value} pixels`);
  }
  if (!('window' in node)) return;
  const { kernel, stride, dilation, padding } = node.window;
  const extents = [...kernel, ...stride, ...dilation, ...Object.values(padding)];
  check(Math.max(...extents) <= LIMITS.window.value, name, `a window of at most ${LIMITS.window.value}`);
  const rows = stride[0] + (kernel[0] - 1) * dilation[0];
  const most = LIMITS.depthwise_rows.value - 1;
  check(node.op !== 'depthwise_conv2d' || rows <= most, name, `at most ${most} rows under a depthwise window`);
}
