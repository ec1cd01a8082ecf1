/** MobileNet v2 (Sandler et al. 2018, arXiv:1801.04381, table 2), batch normalisation folded. */

import { LINEAR, RELU6 } from '../graph/graph';
import type { Graph } from '../ops';
import { type ArchitectureOptions, checkOptions, NetworkBuilder } from './network_builder';

/** The bottlenecks: [expansion t, output channels c at alpha 1, repetitions n, stride s of the first]. */
export const MOBILENET_V2_BLOCKS: readonly (readonly [t: number, c: number, n: number, s: number])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/** Channels at width `alpha`: the nearest multiple of 8, at least 8 and never below 90 % (the reference code's make_divisible). */
export function mobilenetV2Channels(channels: number, alpha: number): number {
  const exact = channels * alpha;
  const rounded = Math.max(8, Math.floor((exact + 4) / 8) * 8);
  return rounded < 0.9 * exact ? rounded + 8 : rounded;
}

/**
 * The network as a Graph: input [1, inputSize, inputSize, 3] in [-1, 1], output [1, classes] probabilities.
 * Layer names are those of Keras. Throws INVALID_ARGUMENT.
 */
export function mobilenetV2(options: ArchitectureOptions = {}): Graph {
  const { alpha, inputSize, classes, weights } = checkOptions(options);
  const net = new NetworkBuilder([1, inputSize, inputSize, 3], weights);
  net.conv('Conv1', mobilenetV2Channels(32, alpha), 3, 2, RELU6);
  let index = 0;
  for (const [expansion, c, repetitions, firstStride] of MOBILENET_V2_BLOCKS) {
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const name = index === 0 ? 'expanded_conv' : `block_${index}`;
      const input = net.current;
      const stride = repetition === 0 ? firstStride : 1;
      const channels = mobilenetV2Channels(c, alpha);
      if (expansion !== 1) net.conv(`${name}_expand`, net.channels * expansion, 1, 1, RELU6);
      net.depthwise(`${name}_depthwise`, stride, RELU6).conv(`${name}_project`, channels, 1, 1, LINEAR);
      if (repetition > 0) net.add(`${name}_add`, input);
      index++;
    }
  }
  // The last 1x1 is never made narrower than 1280: the head has enough features at any alpha.
  net.conv('Conv_1', mobilenetV2Channels(1280, Math.max(1, alpha)), 1, 1, RELU6);
  return net.globalAveragePool('global_average_pooling').dense('predictions', classes).softmax('softmax').graph();
}
