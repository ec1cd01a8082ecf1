/** Keras' convolutions and dense layer; filters are brought into the Graph's layouts. */
import { type Clamp, LINEAR, NO_PADDING, type Tensor, type Window } from '../../graph/graph';
import { slidingWindow } from '../shared/sliding_window';
import { withActivation } from './activations';
import { type KerasLayer, pictureShape } from './layer';
import type { Weight } from './weights';

/** The window of a layer whose kernel size is the config's `kernelKey`. */
export function readWindow(layer: KerasLayer, input: Tensor, kernelKey: string, strides?: readonly [number, number]) {
  layer.checkChannelsLast();
  const padding = layer.string('padding', 'valid');
  if (padding !== 'same' && padding !== 'valid') throw layer.unsupported(`is not supported with padding ${padding}`);
  const kernel = layer.pair(kernelKey);
  const stride = layer.pair('strides', strides ?? [1, 1]);
  const dilation = layer.pair('dilation_rate', [1, 1]);
  return slidingWindow(pictureShape(layer, input), { kernel, stride, dilation, padding }, layer.where);
}

/** [rows][columns] -> [columns][rows]: Keras' [..., inputs, outputs] is the Graph's [outputs, ..., inputs]. */
function transpose(layer: KerasLayer, { name, data: values }: Weight, columns: number): Float32Array {
  const rows = values.length / columns;
  const transposed = layer.context.budget.float32s(values.length, name);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) transposed[column * rows + row] = values[row * columns + column];
  }
  return transposed;
}

function pushConv2D(
  layer: KerasLayer,
  input: Tensor,
  filterName: string,
  window: Window,
  size: { height: number; width: number; filters: number },
): Tensor {
  const { height, width, filters } = size;
  const channels = input.shape[3];
  const weight = layer.weight(filterName, [...window.kernel, channels, filters]);
  const filter = layer.constant(weight.name, [filters, ...window.kernel, channels], () =>
    transpose(layer, weight, filters),
  );
  const bias = layer.bias(filters);
  return withActivation(layer, [1, height, width, filters], (output, clamp) =>
    layer.push({ op: 'conv2d', name: layer.name, inputs: [input], output, filter, bias, window, clamp }),
  );
}

export function readConv2D(layer: KerasLayer, [input]: Tensor[]): Tensor {
  if (layer.number('groups', 1) !== 1)
    throw layer.unsupported(`is not supported in groups (${layer.number('groups')})`);
  const { window, height, width } = readWindow(layer, input, 'kernel_size');
  return pushConv2D(layer, input, 'kernel', window, { height, width, filters: layer.number('filters') });
}

const DEPTHWISE_KERNEL = ['depthwise_kernel', 'kernel'] as const;

/** How many outputs each channel has; tfjs leaves it out of separable convolutions, but their weights tell. */
function depthMultiplier(layer: KerasLayer): number {
  return layer.number('depth_multiplier', layer.optionalWeight(DEPTHWISE_KERNEL)?.shape[3] ?? 1);
}

/** Appends the depthwise convolution; Keras' [height, width, inputs, multiplier] is the Graph's layout already. */
function pushDepthwise(
  layer: KerasLayer,
  input: Tensor,
  window: Window,
  { bias, output, clamp }: { bias?: Tensor; output: Tensor; clamp: Clamp },
): Tensor {
  const multiplier = depthMultiplier(layer);
  const channels = input.shape[3];
  const weight = layer.weight(DEPTHWISE_KERNEL, [...window.kernel, channels, multiplier]);
  const filter = layer.constant(weight.name, [1, ...window.kernel, channels * multiplier], () => weight.data);
  return layer.push({
    op: 'depthwise_conv2d',
    name: output.name,
    inputs: [input],
    output,
    filter,
    bias,
    window,
    clamp,
  });
}

export function readDepthwiseConv2D(layer: KerasLayer, [input]: Tensor[]): Tensor {
  const { window, height, width } = readWindow(layer, input, 'kernel_size');
  const outputs = input.shape[3] * depthMultiplier(layer);
  const bias = layer.bias(outputs);
  return withActivation(layer, [1, height, width, outputs], (output, clamp) =>
    pushDepthwise(layer, input, window, { bias, output, clamp }),
  );
}

/** A depthwise convolution without bias, then a 1x1 convolution. */
export function readSeparableConv2D(layer: KerasLayer, [input]: Tensor[]): Tensor {
  const { window, height, width } = readWindow(layer, input, 'kernel_size');
  const outputs = input.shape[3] * depthMultiplier(layer);
  const output = layer.activation([1, height, width, outputs], '/depthwise');
  const between = pushDepthwise(layer, input, window, { output, clamp: LINEAR });
  const point: Window = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], padding: NO_PADDING };
  return pushConv2D(layer, between, 'pointwise_kernel', point, { height, width, filters: layer.number('filters') });
}

/** Over the last axis, whatever the others are. */
export function readDense(layer: KerasLayer, [input]: Tensor[]): Tensor {
  const units = layer.number('units');
  const inputs = input.shape[input.shape.length - 1];
  const weight = layer.weight('kernel', [inputs, units]);
  const filter = layer.constant(weight.name, [units, inputs], () => transpose(layer, weight, units));
  const bias = layer.bias(units);
  return withActivation(layer, [...input.shape.slice(0, -1), units], (output, clamp) =>
    layer.push({ op: 'dense', name: layer.name, inputs: [input], output, filter, bias, clamp }),
  );
}
