/** Lays weights out as the kernels read them (see the docs of the ops in program/schema.ts). */
import type { Tensor } from '../graph';
import { type Geometry, panelWidth } from '../program/program';
import { alignUp, roundChannels } from './plan';

/** A growing block of packed weights; every piece starts on a cache line. */
export class WeightBlob {
  readonly #pieces: { offset: number; data: Float32Array }[] = [];
  #bytes = 0;

  /** Reserves `length` floats of zeros and returns them with their byte offset. */
  allocate(length: number): { offset: number; data: Float32Array } {
    const piece = { offset: this.#bytes, data: new Float32Array(length) };
    this.#pieces.push(piece);
    this.#bytes = alignUp(this.#bytes + piece.data.byteLength, 64);
    return piece;
  }

  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.#bytes);
    for (const { offset, data } of this.#pieces) bytes.set(new Uint8Array(data.buffer), offset);
    return bytes;
  }
}

/** Filter [n, k] row-major and bias [n] as panels of columns: bias[width], then [k][width]. Returns the byte offset. */
export function packPanels(
  blob: WeightBlob,
  filter: Tensor,
  bias: Tensor | undefined,
  k: number,
  geometry: Geometry,
): number {
  const weights = filter.data as Float32Array;
  const outputs = weights.length / k;
  const n = roundChannels(outputs);
  const { offset, data } = blob.allocate(n * (k + 1));
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
export function packDepthwise(blob: WeightBlob, filter: Tensor, bias: Tensor | undefined, geometry: Geometry): number {
  const weights = filter.data as Float32Array;
  const group = geometry.channelGroup;
  const channels = filter.shape[3];
  const taps = weights.length / channels;
  const { offset, data } = blob.allocate(roundChannels(channels) * (taps + 1));
  for (let c = 0; c < channels; c++) {
    const at = Math.floor(c / group) * group * (taps + 1) + (c % group);
    data[at] = bias?.data?.[c] ?? 0;
    for (let tap = 0; tap < taps; tap++) data[at + (tap + 1) * group] = weights[tap * channels + c];
  }
  return offset;
}
