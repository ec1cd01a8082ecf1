/** Tells which network of the papers a simplified Graph is, whatever file it came from and whatever head it has. */

import { pixels } from '../graph/graph';
import type { Graph, Node } from '../ops';
import { MOBILENET_V1_BLOCKS, mobilenetV1Channels } from './mobilenet_v1';
import { MOBILENET_V2_BLOCKS, mobilenetV2Channels } from './mobilenet_v2';

export interface Recognized {
  /** 'custom' if the layers are those of neither paper at any width. */
  architecture: 'mobilenet_v1' | 'mobilenet_v2' | 'custom';
  /** Width multiplier; null for 'custom'. */
  alpha: number | null;
}

const ALPHAS = [0.25, 0.35, 0.5, 0.75, 1, 1.3, 1.4];

function outputChannels(node: Node): number {
  return pixels(node.output.shape)[2];
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** The channels of V2's depthwise layers: each block's input times t. */
function mobilenetV2Widths(alpha: number): number[] {
  let channels = mobilenetV2Channels(32, alpha);
  return MOBILENET_V2_BLOCKS.flatMap(([t, c, n]) =>
    Array.from({ length: n }, () => {
      const expanded = channels * t;
      channels = mobilenetV2Channels(c, alpha);
      return expanded;
    }),
  );
}

export function recognize(graph: Graph): Recognized {
  // Pads and per-channel arithmetic are 1x1 depthwise layers; the networks' own are 3x3.
  const depthwise = graph.nodes.filter(
    (node) => node.op === 'depthwise_conv2d' && node.window.kernel[0] === 3 && node.window.kernel[1] === 3,
  );
  const widths = depthwise.map(outputChannels);
  const last = graph.nodes
    .slice(depthwise.length ? graph.nodes.indexOf(depthwise[depthwise.length - 1]) + 1 : 0)
    .filter((node) => node.op === 'conv2d')
    .map(outputChannels)[0];
  for (const alpha of ALPHAS) {
    const stem = mobilenetV1Channels(32, alpha);
    const blocks = MOBILENET_V1_BLOCKS.map(([, channels]) => mobilenetV1Channels(channels, alpha));
    if (same(widths, [stem, ...blocks.slice(0, -1)]) && last === blocks[blocks.length - 1]) {
      return { architecture: 'mobilenet_v1', alpha };
    }
    if (same(widths, mobilenetV2Widths(alpha)) && last === mobilenetV2Channels(320, alpha)) {
      return { architecture: 'mobilenet_v2', alpha };
    }
  }
  return { architecture: 'custom', alpha: null };
}
