/** Lays weights out as the kernels read them (see the docs of the ops in program/schema.ts). */

import { allocate } from '../base/allocate';
import { isTypedArray } from '../base/bytes';
import type { Tensor } from '../graph/graph';
import { alignUp, roundChannels } from '../ops/layout';
import { CACHE_LINE } from '../program/constants';
import { type PanelGeometry, panelWidth } from '../program/program';

/** A growing block of packed weights; every piece starts on a cache line. It grows in place, so weights are never held twice. */
export class WeightBlob {
  readonly #buffer: ArrayBuffer;
  #bytes = 0;

  /** `limitBytes` bounds what all pieces may take; only what is used takes memory. */
  constructor(limitBytes: number) {
    this.#buffer = allocate(limitBytes, () => new ArrayBuffer(0, { maxByteLength: limitBytes }));
  }

  /** Reserves `length` bytes of zeros and returns them with their byte offset. */
  allocate(length: number): { offset: number; bytes: Uint8Array<ArrayBuffer> } {
    const offset = this.#bytes;
    this.#bytes = alignUp(offset + length, CACHE_LINE);
    allocate(this.#bytes, () => this.#buffer.resize(this.#bytes));
    return { offset, bytes: new Uint8Array(this.#buffer, offset, length) };
  }

  /** Appends a table. Returns its byte offset. */
  add(table: Float32Array | Int16Array): number {
    const { offset, bytes } = this.allocate(table.byteLength);
    bytes.set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength));
    return offset;
  }

  toBytes(): Uint8Array {
    return new Uint8Array(this.#buffer, 0, this.#bytes);
  }
}

/** `count` zeros of the type of `weights`: float32, or halves as bits. */
function allocateLike(weights: Float32Array | Uint16Array, blob: WeightBlob, count: number) {
  const { offset, bytes } = blob.allocate(count * weights.BYTES_PER_ELEMENT);
  const ArrayType = isTypedArray(weights, 'Uint16Array') ? Uint16Array : Float32Array;
  return { offset, data: new ArrayType(bytes.buffer, bytes.byteOffset, count) };
}

/** Filter [n, k] row-major and bias [n] as panels of columns: bias[width], then [k][width]. Returns the byte offset. */
export function packPanels(
  blob: WeightBlob,
  filter: Tensor,
  bias: Tensor | undefined,
  k: number,
  geometry: PanelGeometry,
): number {
  const weights = filter.data as Float32Array | Uint16Array;
  const outputs = weights.length / k;
  const n = roundChannels(outputs);
  const { offset, data } = allocateLike(weights, blob, n * (k + 1));
  let at = 0;
  for (let column = 0, width = 0; column < n; column += width) {
    width = panelWidth(n - column, geometry);
    const used = Math.min(width, outputs - column);
    for (let j = 0; j < used; j++) {
      data[at + j] = bias?.data?.[column + j] ?? 0;
      const row = (column + j) * k;
      for (let i = 0, to = at + width + j; i < k; i++, to += width) data[to] = weights[row + i];
    }
    at += width * (k + 1);
  }
  return offset;
}

/** Filter [taps, channels] and bias [channels] as groups of channels: bias[group], then [taps][group]. Returns the byte offset. */
export function packDepthwise(
  blob: WeightBlob,
  filter: Tensor,
  bias: Tensor | undefined,
  geometry: PanelGeometry,
): number {
  const weights = filter.data as Float32Array | Uint16Array;
  const group = geometry.channelGroup;
  const channels = filter.shape[3];
  const taps = weights.length / channels;
  const { offset, data } = allocateLike(weights, blob, roundChannels(channels) * (taps + 1));
  for (let c = 0; c < channels; c++) {
    const at = Math.floor(c / group) * group * (taps + 1) + (c % group);
    data[at] = bias?.data?.[c] ?? 0;
    for (let tap = 0; tap < taps; tap++) data[at + (tap + 1) * group] = weights[tap * channels + c];
  }
  return offset;
}
