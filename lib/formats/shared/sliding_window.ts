/** Shapes that every reader infers in the same way. */
import { elementCount, type Padding, samePadding, type Window, windowExtent } from '../../graph/graph';
import { modelInvalid, modelUnsupported } from './failures';

/** Activations larger than this (256 MB as float32) are refused: no picture network comes near, a corrupt shape does. */
const LARGEST_ACTIVATION = 2 ** 26;

export interface WindowOptions {
  kernel: readonly [number, number];
  stride: readonly [number, number];
  dilation: readonly [number, number];
  /** As TensorFlow defines them. */
  padding: 'same' | 'valid';
}

/** Throws MODEL_INVALID or MODEL_UNSUPPORTED unless `shape` can be an activation. `where` begins the message. */
export function checkActivationShape(shape: readonly number[], where: string): void {
  if (shape.length < 1 || shape.length > 4 || !shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
    throw modelInvalid(`${where}: expected 1 to 4 positive extents but the shape is [${shape.join(', ')}]`);
  }
  if (elementCount(shape) > LARGEST_ACTIVATION) {
    throw modelUnsupported(`${where}: an activation of [${shape.join(', ')}] is larger than the supported 2^26 values`);
  }
}

/** The explicit padding of a window over a [1, height, width, channels] activation, and the height and width it leaves. */
export function slidingWindow(
  input: readonly number[],
  { kernel, stride, dilation, padding }: WindowOptions,
  where: string,
): { window: Window; height: number; width: number } {
  if (input.length !== 4) {
    throw modelInvalid(`${where}: expected an input of [1, height, width, channels] but it is [${input.join(', ')}]`);
  }
  for (const [what, values] of Object.entries({ kernel, stride, dilation })) {
    if (!values.every((value) => Number.isInteger(value) && value >= 1 && value <= 65536)) {
      throw modelInvalid(`${where}: expected a ${what} of 1 or more but it is ${values.join('x')}`);
    }
  }
  const [, inputHeight, inputWidth] = input;
  const [top, bottom] = padding === 'same' ? samePadding(inputHeight, kernel[0], stride[0], dilation[0]) : [0, 0];
  const [left, right] = padding === 'same' ? samePadding(inputWidth, kernel[1], stride[1], dilation[1]) : [0, 0];
  const height = windowExtent(inputHeight, kernel[0], stride[0], dilation[0], top + bottom);
  const width = windowExtent(inputWidth, kernel[1], stride[1], dilation[1], left + right);
  if (height < 1 || width < 1) {
    throw modelInvalid(`${where}: a ${kernel.join('x')} window does not fit ${inputHeight}x${inputWidth} pixels`);
  }
  return { window: { kernel, stride, dilation, padding: { top, left, bottom, right } }, height, width };
}

/** The window of global pooling. */
export function wholePicture(input: readonly number[], padding: Padding): Window {
  return { kernel: [input[1], input[2]], stride: [1, 1], dilation: [1, 1], padding };
}

/** A shape with at most one -1, filled in so that it holds `count` values; undefined if it cannot. */
export function resolveShape(shape: readonly number[], count: number): number[] | undefined {
  const known = elementCount(shape.filter((extent) => extent !== -1));
  const resolved = shape.map((extent) => (extent === -1 ? count / known : extent));
  const fits = resolved.every((extent) => Number.isInteger(extent) && extent > 0) && elementCount(resolved) === count;
  return fits && shape.filter((extent) => extent === -1).length <= 1 ? resolved : undefined;
}
