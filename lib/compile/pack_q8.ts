/** Lays the weights of integer ops out as the kernels read them (see the docs of the ops in program/schema.ts). */
import type { Conv2D, Dense, DepthwiseConv2D } from '../graph';
import { panelWidth, type Q8Geometry } from '../program/program';
import type { WeightBlob } from './pack';
import { type Chained, packChain } from './pack_chain';
import { alignUp, roundChannels } from './plan';
import { centred, formOf, requantizationScales } from './quantized';

/** What a panel starts with: bias and scale of every column, 4 bytes each. */
const COLUMN_HEAD_BYTES = 8;

/** Biases that hold what the input's zero point contributes: bias - zero * sum of the column's weights. */
function foldedBias({ bias }: Conv2D | Dense | DepthwiseConv2D, sums: Int32Array, zero: number): Int32Array {
  return sums.map((sum, c) => (bias?.data?.[c] ?? 0) - zero * sum);
}

/** Panels of [outputs][k] weights with their heads; `writePanel` writes the weights of the columns from `first`. */
export function packQ8Panels(blob: WeightBlob, node: Conv2D | Dense, k: number, geometry: Q8Geometry) {
  const weights = centred(node.filter);
  const outputs = weights.length / k;
  const n = roundChannels(outputs);
  const sums = Int32Array.from({ length: outputs }, (_, c) => sumOf(weights, c * k, (c + 1) * k));
  const bias = foldedBias(node, sums, formOf(node.inputs[0], geometry.type).zero);
  const scale = requantizationScales(node.inputs[0], node.filter, node.output, outputs);

  const isChain = geometry.packing === 'chain';
  // A quad of bytes, or a pair of 16-bit integers.
  const steps = Math.ceil(k / (isChain ? 4 : 2));
  const columnBytes = COLUMN_HEAD_BYTES + 4 * steps;
  const { offset, bytes } = blob.allocate(n * columnBytes);
  const chained = isChain ? packChain(weights, k, n) : undefined;

  for (let first = 0, width = 0; first < n; first += width) {
    width = panelWidth(n - first, geometry);
    const at = first * columnBytes;
    const used = Math.max(0, Math.min(width, outputs - first));
    new Int32Array(bytes.buffer, at, width).set(bias.subarray(first, first + used));
    new Float32Array(bytes.buffer, at + 4 * width, width).set(scale.subarray(first, first + used));
    const body = at + COLUMN_HEAD_BYTES * width;
    if (chained) {
      const panel = new Int32Array(bytes.buffer, body, steps * width);
      for (let step = 0; step < steps; step++) {
        const from = step * n + first;
        panel.set(chained.main.subarray(from, from + width), step * width);
      }
    } else {
      const pairs = new Int16Array(bytes.buffer, body, steps * width * 2);
      for (let j = 0; j < used; j++) {
        const row = (first + j) * k;
        for (let i = 0; i < k; i++) pairs[((i >> 1) * width + j) * 2 + (i & 1)] = weights[row + i];
      }
    }
  }
  return { weights: offset, chain: chained?.chain ?? 0, extras: chained ? packExtras(blob, chained.extras) : 0 };
}

function sumOf(values: Int16Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i];
  return sum;
}

/** begin[vectors + 1], then offsets, then quads, each part on a cache line. Returns the byte offset. */
function packExtras(blob: WeightBlob, { begin, offsets, quads }: Chained['extras']): number {
  const offsetsAt = alignUp(4 * begin.length, 64);
  const quadsAt = alignUp(offsetsAt + 4 * offsets.length, 64);
  const { offset, bytes } = blob.allocate(quadsAt + 4 * quads.length);
  new Int32Array(bytes.buffer, 0, begin.length).set(begin);
  new Int32Array(bytes.buffer, offsetsAt, offsets.length).set(offsets);
  new Int32Array(bytes.buffer, quadsAt, quads.length).set(quads);
  return offset;
}

/** Groups of channels: bias, scale, then [taps][group] as 16-bit integers. Returns the byte offset. */
export function packQ8Depthwise(blob: WeightBlob, node: DepthwiseConv2D, geometry: Q8Geometry): number {
  const group = geometry.channelGroup;
  const channels = node.filter.shape[3];
  const weights = centred(node.filter);
  const taps = weights.length / channels;
  const sums = Int32Array.from({ length: channels }, (_, c) => {
    let sum = 0;
    for (let i = c; i < weights.length; i += channels) sum += weights[i];
    return sum;
  });
  const bias = foldedBias(node, sums, formOf(node.inputs[0], geometry.type).zero);
  const scale = requantizationScales(node.inputs[0], node.filter, node.output, channels);

  const groupBytes = group * (COLUMN_HEAD_BYTES + 2 * taps);
  const { offset, bytes } = blob.allocate(Math.ceil(roundChannels(channels) / group) * groupBytes);
  for (let first = 0; first < channels; first += group) {
    const at = (first / group) * groupBytes;
    const used = Math.min(group, channels - first);
    new Int32Array(bytes.buffer, at, group).set(bias.subarray(first, first + used));
    new Float32Array(bytes.buffer, at + 4 * group, group).set(scale.subarray(first, first + used));
    const body = new Int16Array(bytes.buffer, at + COLUMN_HEAD_BYTES * group, taps * group);
    for (let tap = 0; tap < taps; tap++) {
      const from = tap * channels + first;
      body.set(weights.subarray(from, from + used), tap * group);
    }
  }
  return offset;
}
