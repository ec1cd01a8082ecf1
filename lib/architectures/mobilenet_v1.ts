/** MobileNet v1 (Howard et al. 2017, arXiv:1704.04861, table 1), batch normalisation folded. */

import { RELU6 } from '../graph/graph';
import type { Graph } from '../ops';
import { type ArchitectureOptions, checkOptions, NetworkBuilder } from './network_builder';

/** The 13 depthwise-separable blocks: [stride, output channels at alpha 1]. */
export const MOBILENET_V1_BLOCKS: readonly (readonly [stride: number, channels: number])[] = [
  [1, 64],
  [2, 128],
  [1, 128],
  [2, 256],
  [1, 256],
  [2, 512],
  [1, 512],
  [1, 512],
  [1, 512],
  [1, 512],
  [1, 512],
  [2, 1024],
  [1, 1024],
];

/** Channels at width `alpha`: as in TF-slim, rounded down, at least 8. */
export function mobilenetV1Channels(channels: number, alpha: number): number {
  return Math.max(8, Math.floor(channels * alpha));
}

/**
 * The network as a Graph: input [1, inputSize, inputSize, 3] in [-1, 1], output [1, classes] probabilities.
 * Layer names are those of Keras. Throws INVALID_ARGUMENT.
 */
export function mobilenetV1(options: ArchitectureOptions = {}): Graph {
  const { alpha, inputSize, classes, weights } = checkOptions(options);
  const net = new NetworkBuilder([1, inputSize, inputSize, 3], weights);
  net.conv('conv1', mobilenetV1Channels(32, alpha), 3, 2, RELU6);
  MOBILENET_V1_BLOCKS.forEach(([stride, channels], index) => {
    net.depthwise(`conv_dw_${index + 1}`, stride, RELU6);
    net.conv(`conv_pw_${index + 1}`, mobilenetV1Channels(channels, alpha), 1, 1, RELU6);
  });
  return net.globalAveragePool('global_average_pooling').dense('conv_preds', classes).softmax('predictions').graph();
}
