/** Keras' convolutions and dense layer; filters are brought into the Graph's layouts. */

import { type Clamp, LINEAR, type Tensor } from '../../graph/graph';
import type { DepthwiseConv2D } from '../../ops';
import * as ops from '../../ops';
import type { Origin } from '../../ops/op';
import { POINT, type WindowOptions } from '../../ops/window';
import { withActivation } from './activations';
import { type KerasLayer, pictureShape, type Weight } from './layer';

/** The window of a layer whose kernel size is the config's `kernelKey`. */
export function readWindow(layer: KerasLayer, kernelKey: string, strides?: readonly [number, number]): WindowOptions {
  layer.checkChannelsLast();
  const padding = layer.string('padding', 'valid');
  if (padding !== 'same' && padding !== 'valid') throw layer.unsupported(`is not supported with padding ${padding}`);
  const kernel = layer.pair(kernelKey);
  const stride = layer.pair('strides', strides ?? [1, 1]);
  const dilation = layer.pair('dilation_rate', [1, 1]);
  return { kernel, stride, dilation, padding };
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

function pushConv2D(layer: KerasLayer, input: Tensor, filterName: string, window: WindowOptions): Tensor {
  const channels = pictureShape(layer, input)[3];
  const filters = layer.number('filters');
  const weight = layer.weight(filterName, [...window.kernel, channels, filters]);
  const filter = layer.constant(weight.name, [filters, ...window.kernel, channels], () =>
    transpose(layer, weight, filters),
  );
  const bias = layer.bias(filters);
  return withActivation(layer, (origin, clamp) =>
    layer.graph.push(ops.conv2d(origin, { input, filter, bias, window, clamp })),
  );
}

export function readConv2D(layer: KerasLayer, [input]: Tensor[]): Tensor {
  if (layer.number('groups', 1) !== 1)
    throw layer.unsupported(`is not supported in groups (${layer.number('groups')})`);
  return pushConv2D(layer, input, 'kernel', readWindow(layer, 'kernel_size'));
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
  window: WindowOptions,
  { origin, bias, clamp }: { origin: Origin; bias?: Tensor; clamp: Clamp },
): DepthwiseConv2D {
  const multiplier = depthMultiplier(layer);
  const channels = pictureShape(layer, input)[3];
  const weight = layer.weight(DEPTHWISE_KERNEL, [...window.kernel, channels, multiplier]);
  const filter = layer.constant(weight.name, [1, ...window.kernel, channels * multiplier], () => weight.data);
  return layer.graph.push(ops.depthwiseConv2d(origin, { input, filter, bias, window, clamp }));
}

export function readDepthwiseConv2D(layer: KerasLayer, [input]: Tensor[]): Tensor {
  const window = readWindow(layer, 'kernel_size');
  const bias = layer.bias(pictureShape(layer, input)[3] * depthMultiplier(layer));
  return withActivation(layer, (origin, clamp) => pushDepthwise(layer, input, window, { origin, bias, clamp }));
}

/** A depthwise convolution without bias, then a 1x1 convolution. */
export function readSeparableConv2D(layer: KerasLayer, [input]: Tensor[]): Tensor {
  const window = readWindow(layer, 'kernel_size');
  const { output } = pushDepthwise(layer, input, window, { origin: layer.part('/depthwise'), clamp: LINEAR });
  return pushConv2D(layer, output, 'pointwise_kernel', POINT);
}

/** Over the last axis, whatever the others are. */
export function readDense(layer: KerasLayer, [input]: Tensor[]): Tensor {
  const units = layer.number('units');
  const inputs = input.shape[input.shape.length - 1];
  const weight = layer.weight('kernel', [inputs, units]);
  const filter = layer.constant(weight.name, [units, inputs], () => transpose(layer, weight, units));
  const bias = layer.bias(units);
  return withActivation(layer, (origin, clamp) =>
    layer.graph.push(ops.dense(origin, { input, filter, bias, clamp, keepsAxes: true })),
  );
}
