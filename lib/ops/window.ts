/** Windows that slide over a picture. */
import { type Padding, samePadding, type Tensor, type Window, windowExtent } from '../graph/graph';
import { type Origin, text } from './op';

export interface WindowOptions {
  kernel: readonly [vertical: number, horizontal: number];
  stride: readonly [vertical: number, horizontal: number];
  dilation: readonly [vertical: number, horizontal: number];
  /** TensorFlow's SAME or VALID, or pixels. */
  padding: 'same' | 'valid' | Padding;
}

/** A 1x1 window, as of a pointwise convolution. */
export const POINT: WindowOptions = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], padding: 'valid' };

/** The largest extent of windows and paddings, in pixels. */
export const MOST_PIXELS = 65536;

export function isPointWindow({ kernel, stride, padding }: Window): boolean {
  return [...kernel, ...stride].every((n) => n === 1) && Object.values(padding).every((n) => n === 0);
}

export function pictureOf(
  origin: Origin,
  { shape }: Tensor,
): readonly [height: number, width: number, channels: number] {
  if (shape.length !== 4) {
    throw origin.invalid(`expects an input of [1, height, width, channels] but it is ${text(shape)}`);
  }
  return [shape[1], shape[2], shape[3]];
}

/** The explicit padding of a window over a picture, and the height and width that it leaves. */
export function slide(
  origin: Origin,
  input: Tensor,
  { kernel, stride, dilation, padding }: WindowOptions,
): { window: Window; height: number; width: number } {
  const extents = pictureOf(origin, input);
  for (const [what, values] of Object.entries({ kernel, stride, dilation })) {
    if (!values.every((value) => Number.isInteger(value) && value >= 1 && value <= MOST_PIXELS)) {
      throw origin.invalid(`expects a ${what} of 1 or more but it is ${values.join('x')}`);
    }
  }
  const pads = [0, 1].map((axis) => {
    if (padding === 'same') return samePadding(extents[axis], kernel[axis], stride[axis], dilation[axis]);
    if (padding === 'valid') return [0, 0];
    return axis === 0 ? [padding.top, padding.bottom] : [padding.left, padding.right];
  });
  const [height, width] = pads.map(([before, after], axis) =>
    windowExtent(extents[axis], kernel[axis], stride[axis], dilation[axis], before + after),
  );
  if (height < 1 || width < 1) {
    throw origin.invalid(
      `expects a larger input: a ${kernel.join('x')} window does not fit ${extents[0]}x${extents[1]} pixels`,
    );
  }
  const [[top, bottom], [left, right]] = pads;
  return { window: { kernel, stride, dilation, padding: { top, left, bottom, right } }, height, width };
}
