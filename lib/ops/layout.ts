/** How activations lie in the arena. */

export interface Place {
  /** Byte offset from the arena. */
  offset: number;
  /** Distance of two pixels in elements. */
  stride: number;
}

export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

/** Channels rounded up to 8, so that kernels never need a remainder. */
export function roundChannels(channels: number): number {
  return alignUp(channels, 8);
}

/**
 * The pixel stride of a picture. Strides of whole 2 KB put the rows of a tile into the same cache sets
 * and evict one another, so those get one cache line more.
 */
export function pixelStride(channels: number): number {
  const rounded = roundChannels(channels);
  return rounded % 512 === 0 ? rounded + 16 : rounded;
}

/** The same of quantized pictures: integer kernels take 16 channels at a time. */
export function q8Stride(channels: number): number {
  return alignUp(channels, 16);
}

/** Bytes of a row of pixels, as scratch has them. */
export function rowBytes(width: number, stride: number, bytes: number): number {
  return alignUp(width * stride * bytes, 64);
}
