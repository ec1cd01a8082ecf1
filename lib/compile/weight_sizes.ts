/** How much memory packed weights will take, known before any is taken. */

import { elementCount, isQuantized } from '../graph/graph';
import type { Graph } from '../ops';
import { roundChannels } from '../ops/layout';
import type { WeightSizes } from '../ops/packer';
import type { Weighted } from '../ops/weighted';
import { SharedBlocks } from './shared_blocks';

/** Beside the weights of a node: a table of 256 floats, and what aligns the blocks. */
const NODE_BYTES = 1024 + 4 * 64;

/** At most 1 byte and four extra products of 36 bytes for every 32 weights, or 2 bytes; heads of 8 bytes; steps of 16. */
function quantizedBytes(outputs: number, k: number): number {
  return 6 * roundChannels(outputs) * (k + 16);
}

function sizesOf({ filter, output }: Weighted): WeightSizes {
  const count = elementCount(filter.shape);
  // Depthwise filters have their outputs last.
  const outputs = output.shape[output.shape.length - 1];
  const k = Math.ceil(count / outputs);
  if (isQuantized(output)) return { limitBytes: quantizedBytes(outputs, k), expectedBytes: count };
  const bytes = roundChannels(outputs) * (k + 1) * (output.type === 'float16' ? 2 : 4);
  return { limitBytes: bytes, expectedBytes: bytes };
}

export function weightSizes({ nodes }: Graph): WeightSizes {
  const sizes = { limitBytes: NODE_BYTES, expectedBytes: 0 };
  const blocks = new SharedBlocks<true>();
  for (const node of nodes) {
    sizes.limitBytes += NODE_BYTES;
    if (!('filter' in node)) continue;
    if (!isQuantized(node.output) && blocks.get(node.filter, node.bias)) continue;
    blocks.set(node.filter, node.bias, true);
    const { limitBytes, expectedBytes } = sizesOf(node);
    sizes.limitBytes += limitBytes;
    sizes.expectedBytes += expectedBytes;
  }
  return sizes;
}
