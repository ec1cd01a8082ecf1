/** Keras' layers by class name: each appends nodes for its inputs and gives what it makes. */

import { describe } from '../../base/expect';
import { LINEAR, type Tensor } from '../../graph/graph';
import type { Pool } from '../../ops';
import * as ops from '../../ops';
import { arrayOf, numberOf } from '../shared/json_value';
import { readActivation, readReLU, readSoftmax } from './activations';
import { OPERATIONS, pushAffine, readOperation, readTfFunction } from './arithmetic';
import { AUGMENTATIONS, readSameSize } from './augmentation';
import type { ConstantOperand } from './calls';
import { readConv2D, readDense, readDepthwiseConv2D, readSeparableConv2D, readWindow } from './convolutions';
import type { KerasLayer } from './layer';

/** `constants` are the operands of the call that are no tensors. */
type LayerReader = (layer: KerasLayer, inputs: Tensor[], constants: ConstantOperand[]) => Tensor;

/** Layers that only act in training. */
const identity: LayerReader = (_layer, [input]) => input;

function checkLastAxis(layer: KerasLayer, input: Tensor): void {
  const axes = [layer.config.axis ?? -1].flat();
  if (axes.length !== 1 || (axes[0] !== -1 && axes[0] !== input.shape.length - 1)) {
    throw layer.unsupported(`is supported along the last axis only, not along ${describe(axes)}`);
  }
}

/** (x - mean) / sqrt(variance + epsilon) * gamma + beta, in double precision. */
const readBatchNormalization: LayerReader = (layer, [input]) => {
  checkLastAxis(layer, input);
  const channels = input.shape[input.shape.length - 1];
  const values = (kind: string) => layer.weight(kind, [channels]).data;
  layer.context.budget.spendBytes(channels * 2 * Float64Array.BYTES_PER_ELEMENT, layer.name);
  const epsilon = layer.number('epsilon', 1e-3);
  const gamma = layer.bool('scale', true) ? values('gamma') : undefined;
  const beta = layer.bool('center', true) ? values('beta') : undefined;
  const mean = values('moving_mean');
  const scale = Float64Array.from(
    values('moving_variance'),
    (variance, c) => (gamma?.[c] ?? 1) / Math.sqrt(variance + epsilon),
  );
  const shift = Float64Array.from(mean, (m, c) => (beta?.[c] ?? 0) - m * scale[c]);
  return pushAffine(layer, input, scale, shift);
};

const readRescaling: LayerReader = (layer, [input]) => {
  const channels = input.shape[input.shape.length - 1];
  const scale = layer.perChannel(layer.config.scale, channels, 'scale');
  return pushAffine(layer, input, scale, layer.perChannel(layer.config.offset ?? 0, channels, 'offset'));
};

/** (x - mean) / max(sqrt(variance), 1e-7); from the config, or adapted and stored as weights. */
const readNormalization: LayerReader = (layer, [input]) => {
  checkLastAxis(layer, input);
  if (layer.bool('invert', false)) throw layer.unsupported('is not supported with invert');
  const channels = input.shape[input.shape.length - 1];
  const values = (kind: string) =>
    layer.perChannel(layer.config[kind] ?? Array.from(layer.weight(kind, [channels]).data), channels, kind);
  const [mean, variance] = [values('mean'), values('variance')];
  const scale = variance.map((v) => 1 / Math.max(Math.sqrt(v), 1e-7));
  return pushAffine(
    layer,
    input,
    scale,
    Float64Array.from(mean, (m, c) => -m * scale[c]),
  );
};

const readAdd: LayerReader = (layer, inputs) => {
  const [first, ...others] = inputs;
  if (others.length === 0) throw layer.invalid('expects two or more inputs');
  return others.reduce((sum, other, i) => {
    const part = layer.part(i === others.length - 1 ? '' : `/${i}`);
    return layer.graph.push(ops.add(part, [sum, other], LINEAR)).output;
  }, first);
};

const readZeroPadding2D: LayerReader = (layer, [input]) => {
  layer.checkChannelsLast();
  const [rows, columns] = Array.isArray(layer.config.padding)
    ? layer.config.padding
    : [layer.config.padding, layer.config.padding];
  const [[top, bottom], [left, right]] = [rows, columns].map((sides) => {
    const [before, after] = Array.isArray(sides) ? sides : [sides, sides];
    return [before, after];
  });
  return layer.graph.push(ops.pad(layer, input, { top, bottom, left, right })).output;
};

function globalPooling(kind: Pool['kind']): LayerReader {
  return (layer, [input]) => {
    layer.checkChannelsLast();
    return layer.graph.push(ops.globalPool(layer, { input, kind, keepsAxes: layer.bool('keepdims', false) })).output;
  };
}

function pooling(kind: Pool['kind']): LayerReader {
  return (layer, [input]) => {
    const window = readWindow(layer, 'pool_size', layer.pair('pool_size'));
    return layer.graph.push(ops.pool(layer, { input, kind, window, clamp: LINEAR })).output;
  };
}

const readReshape: LayerReader = (layer, [input]) => {
  const where = `${layer.where}: target_shape`;
  // tfjs writes null for the extent that is to be inferred, Keras -1.
  const target = arrayOf(layer.config.target_shape, where).map((extent) => numberOf(extent ?? -1, where));
  return layer.graph.push(ops.reshape(layer, input, [1, ...target])).output;
};

const readFlatten: LayerReader = (layer, [input]) => {
  layer.checkChannelsLast();
  return layer.graph.push(ops.reshape(layer, input, [1, -1])).output;
};

/** Layers that are called with more than one tensor, or say themselves that they cannot be. */
export const TAKE_SEVERAL: ReadonlySet<string> = new Set(['Add', 'TFOpLambda', ...Object.keys(OPERATIONS)]);

export const KERAS_LAYERS: Record<string, LayerReader> = {
  ...Object.fromEntries(AUGMENTATIONS.map((name) => [name, identity])),
  ...Object.fromEntries(Object.keys(OPERATIONS).map((name) => [name, readOperation])),
  Activation: readActivation,
  ActivityRegularization: identity,
  Add: (layer, inputs, constants) =>
    constants.length > 0 ? readOperation(layer, inputs, constants) : readAdd(layer, inputs, constants),
  AlphaDropout: identity,
  AveragePooling2D: pooling('average'),
  BatchNormalization: readBatchNormalization,
  BatchNormalizationV1: readBatchNormalization,
  CenterCrop: readSameSize,
  Conv2D: readConv2D,
  Dense: readDense,
  DepthwiseConv2D: readDepthwiseConv2D,
  Dropout: identity,
  Flatten: readFlatten,
  GaussianDropout: identity,
  GaussianNoise: identity,
  GlobalAveragePooling2D: globalPooling('average'),
  GlobalMaxPooling2D: globalPooling('max'),
  InputLayer: identity,
  MaxPooling2D: pooling('max'),
  Normalization: readNormalization,
  RandomCrop: readSameSize,
  ReLU: readReLU,
  Rescaling: readRescaling,
  Reshape: readReshape,
  Resizing: readSameSize,
  SeparableConv2D: readSeparableConv2D,
  Softmax: readSoftmax,
  SpatialDropout1D: identity,
  SpatialDropout2D: identity,
  TFOpLambda: readTfFunction,
  ZeroPadding2D: readZeroPadding2D,
};
