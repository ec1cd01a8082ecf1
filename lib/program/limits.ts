/**
 * What a Program may ask of every engine, in one place: lib/compile/limits.ts refuses Graphs beyond it, and the native
 * engine, which gets these numbers through native/generated/program.h, Programs. They keep 32-bit products of fields from overflowing.
 */
export const LIMITS = {
  size: { value: 2 ** 24, doc: 'Pixels of a picture, channels of a pixel, weights of an output channel.' },
  height: { value: 2 ** 18, doc: 'Rows and columns of a picture.' },
  pixels: { value: 2 ** 30, doc: 'Pixels of a picture under a window: 32-bit counts hold as many.' },
  window: { value: 2 ** 10, doc: 'Rows and columns of a window, its strides, dilations and padding.' },
  depthwise_rows: { value: 2 ** 7, doc: 'Input rows under two output rows of a depthwise convolution, and one.' },
  mean_pixels: { value: 2 ** 23, doc: 'Pixels of an integer mean: so many bytes sum up to less than 2^31.' },
} as const;
