/** Lays the weights of integer ops out as the kernels read them (see the docs of the ops in program/schema.ts). */
import type { Conv2D, Dense, DepthwiseConv2D } from '../ops';
import { alignUp, roundChannels } from '../ops/layout';
import { centred, type Form, formOf, requantizationScales } from '../ops/quantized';
import { CACHE_LINE, CHAIN_BYTES_ONLY, CHAIN_CENTRE, SMALL_RESULT, SMALL_SUM } from '../program/constants';
import { panelWidth, type Q8Geometry } from '../program/program';
import type { WeightBlob } from './pack';
import { cheapestChain, type Extras, packChain, type ReadColumn } from './pack_chain';

/** What a panel starts with: bias and scale of every column, 4 bytes each. */
const COLUMN_HEAD_BYTES = 8;
/** How many consecutive weights of a column lie together. */
const PACKED_DEPTH = { pairs: 2, chain: 4, quads: 4, sixteens: 16 } as const;
/** The depth in 32-bit words: a pair of 16-bit integers, or quads of bytes. */
const PACKED_WORDS = { pairs: 1, chain: 1, quads: 1, sixteens: 4 } as const;

/** Sums of the positive and of the negative weights of each column. */
interface ColumnSums {
  positive: Int32Array;
  negative: Int32Array;
}

function addWeight({ positive, negative }: ColumnSums, c: number, weight: number): void {
  if (weight > 0) positive[c] += weight;
  else negative[c] += weight;
}

/** Biases that hold what the input's zero point contributes: bias - zero * sum of the column's weights. */
function foldedBias(
  { bias }: Conv2D | Dense | DepthwiseConv2D,
  { positive, negative }: ColumnSums,
  zero: number,
): Int32Array {
  return positive.map((sum, c) => (bias?.data?.[c] ?? 0) - zero * (sum + negative[c]));
}

/** 1 if no input whatever makes a sum or a result large. */
function smallSums(node: Conv2D | Dense | DepthwiseConv2D, sums: ColumnSums, scale: Float32Array, form: Form): number {
  const bias = foldedBias(node, sums, form.zero);
  const isSmall = bias.every((start, c) => {
    const positive = sums.positive[c];
    const negative = sums.negative[c];
    const highest = start + positive * form.hi + negative * form.lo;
    const lowest = start + positive * form.lo + negative * form.hi;
    const largest = Math.max(highest, -lowest);
    return largest < SMALL_SUM && largest * scale[c] < SMALL_RESULT;
  });
  return isSmall ? 1 : 0;
}

/** Panels of [outputs][k] weights, each with its head. Returns fields of the op. */
export function packQ8Panels(blob: WeightBlob, node: Conv2D | Dense, k: number, geometry: Q8Geometry) {
  const { data, quantization } = node.filter;
  const levels = data!;
  const outputs = levels.length / k;
  const n = roundChannels(outputs);
  const read = (c: number, column: Int16Array): void => {
    column.fill(0);
    if (c >= outputs) return;
    const zero = quantization!.zeroPoint[c] ?? quantization!.zeroPoint[0] ?? 0;
    for (let i = 0, from = c * k; i < k; i++, from++) column[i] = levels[from] - zero;
  };

  const { packing } = geometry;
  const chain = packing === 'chain' ? cheapestChain(read, k, n) : CHAIN_BYTES_ONLY;
  const depthWords = PACKED_WORDS[packing];
  const steps = Math.ceil(k / PACKED_DEPTH[packing]);
  const columnBytes = COLUMN_HEAD_BYTES + 4 * depthWords * steps;
  const { offset, bytes } = blob.allocate(n * columnBytes);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);

  // Where the weights of every 8 columns start, and how many columns are side by side there.
  const places: { word: number; width: number }[] = [];
  const scale = requantizationScales(node.inputs[0], node.filter, node.output, outputs);
  const sums = columnSums(read, k, outputs);
  const form = formOf(node.inputs[0], geometry.type);
  const bias = foldedBias(node, sums, chain < 0 ? form.zero - CHAIN_CENTRE : form.zero);
  const small_sums = smallSums(node, sums, scale, form);
  for (let first = 0, width = 0; first < n; first += width) {
    width = panelWidth(n - first, geometry);
    const at = (first * columnBytes) / 4;
    const used = Math.min(first + width, outputs);
    words.set(bias.subarray(first, used), at);
    words.set(new Int32Array(scale.buffer).subarray(first, used), at + width);
    for (let j = 0; j < width; j += 8) places.push({ word: at + 2 * width + j * depthWords, width });
  }

  if (packing !== 'pairs') {
    const extras = packChain(read, k, n, chain, (first, j, q, quad) => {
      const { word, width } = places[first / 8];
      const inStep = q % depthWords;
      words[word + (q - inStep) * width + j * depthWords + inStep] = quad;
    });
    return { weights: offset, chain, extras: packExtras(blob, extras), small_sums };
  }
  const column = new Int16Array(steps * 2);
  for (let c = 0; c < outputs; c++) {
    const { word, width } = places[c >> 3];
    read(c, column);
    for (let step = 0; step < steps; step++) {
      words[word + step * width + (c & 7)] = (column[2 * step] & 0xffff) | (column[2 * step + 1] << 16);
    }
  }
  return { weights: offset, chain, extras: 0, small_sums };
}

function columnSums(read: ReadColumn, k: number, outputs: number): ColumnSums {
  const column = new Int16Array(k);
  const sums = { positive: new Int32Array(outputs), negative: new Int32Array(outputs) };
  for (let c = 0; c < outputs; c++) {
    read(c, column);
    for (let i = 0; i < k; i++) addWeight(sums, c, column[i]);
  }
  return sums;
}

/** begin[vectors + 1], then offsets, then quads, each part on a cache line. Returns the byte offset. */
function packExtras(blob: WeightBlob, { begin, offsets, quads }: Extras): number {
  const offsetsAt = alignUp(4 * begin.length, CACHE_LINE);
  const quadsAt = alignUp(offsetsAt + 4 * offsets.length, CACHE_LINE);
  const { offset, bytes } = blob.allocate(quadsAt + 4 * quads.length);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  words.set(begin);
  words.set(offsets, offsetsAt / 4);
  words.set(quads, quadsAt / 4);
  return offset;
}

/** Groups of channels: bias, scale, then [taps][group] as 16-bit integers. Returns fields of the op. */
export function packQ8Depthwise(blob: WeightBlob, node: DepthwiseConv2D, geometry: Q8Geometry) {
  const group = geometry.channelGroup;
  const channels = node.filter.shape[3];
  const weights = centred(node.filter);
  const taps = weights.length / channels;
  const sums = { positive: new Int32Array(channels), negative: new Int32Array(channels) };
  for (let i = 0; i < weights.length; i++) addWeight(sums, i % channels, weights[i]);
  const form = formOf(node.inputs[0], geometry.type);
  const bias = foldedBias(node, sums, form.zero);
  const scale = requantizationScales(node.inputs[0], node.filter, node.output, channels);

  const groupBytes = group * (COLUMN_HEAD_BYTES + 2 * taps);
  const { offset, bytes } = blob.allocate(Math.ceil(roundChannels(channels) / group) * groupBytes);
  for (let first = 0; first < channels; first += group) {
    const at = bytes.byteOffset + (first / group) * groupBytes;
    const used = Math.min(group, channels - first);
    new Int32Array(bytes.buffer, at, group).set(bias.subarray(first, first + used));
    new Float32Array(bytes.buffer, at + 4 * group, group).set(scale.subarray(first, first + used));
    const body = new Int16Array(bytes.buffer, at + COLUMN_HEAD_BYTES * group, taps * group);
    for (let tap = 0; tap < taps; tap++) {
      const from = tap * channels + first;
      body.set(weights.subarray(from, from + used), tap * group);
    }
  }
  return { weights: offset, small_sums: smallSums(node, sums, scale, form) };
}
