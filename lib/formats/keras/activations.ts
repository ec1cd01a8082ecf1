/** Keras' activation functions, as layers and as attributes of other layers. */

import { describe } from '../../base/expect';
import { type Clamp, LINEAR, RELU, RELU6, type Tensor } from '../../graph/graph';
import type { Node } from '../../ops';
import * as ops from '../../ops';
import type { Origin } from '../../ops/op';
import type { UnaryName } from '../../program/unary';
import { isObject } from '../shared/json_value';
import { type KerasLayer, serializedName } from './layer';

/** Functions of one value, by Keras' names. */
const FUNCTIONS: Record<string, UnaryName> = { hard_swish: 'hard_swish', sigmoid: 'sigmoid' };

/** Functions that are a clamp. */
const CLAMPS: Record<string, Clamp> = { linear: LINEAR, relu: RELU, relu6: RELU6 };

/** The clamp of the ReLU layer. */
function reluClamp(layer: KerasLayer, config: Record<string, unknown>): Clamp {
  for (const key of ['negative_slope', 'threshold']) {
    if ((config[key] ?? 0) !== 0) throw layer.unsupported(`is not supported with ${key} ${describe(config[key])}`);
  }
  const max = config.max_value ?? Number.POSITIVE_INFINITY;
  if (typeof max !== 'number' || !(max > 0))
    throw layer.invalid(`expects a max_value above 0 but it is ${describe(max)}`);
  return { min: 0, max };
}

/** What the attribute `activation` asks for: a clamp, or the name of a function after the layer. */
function activationOf(layer: KerasLayer): Clamp | string {
  const { activation } = layer.config;
  const name = serializedName(activation ?? 'linear');
  if (name === 'ReLU' && isObject(activation))
    return reluClamp(layer, isObject(activation.config) ? activation.config : {});
  if (name !== undefined && (name === 'softmax' || Object.hasOwn(FUNCTIONS, name))) return name;
  if (name === undefined || !Object.hasOwn(CLAMPS, name)) {
    throw layer.unsupported(`is not supported with the activation ${name ?? describe(activation)}`);
  }
  return CLAMPS[name];
}

/**
 * Appends a layer that can clamp, made by `make` with a clamp, and where its activation attribute is another function, that
 * function.
 */
export function withActivation(layer: KerasLayer, make: (origin: Origin, clamp: Clamp) => Node): Tensor {
  const activation = activationOf(layer);
  if (typeof activation === 'object') return make(layer, activation).output;
  return pushFunction(layer, activation, make(layer.part('/linear', layer.name), LINEAR).output);
}

function pushFunction(layer: KerasLayer, kind: string, input: Tensor): Tensor {
  const part = layer.part('', `${layer.name}/${kind}`);
  const node = kind === 'softmax' ? ops.softmax(part, input, 1) : ops.unary(part, input, FUNCTIONS[kind]);
  return layer.graph.push(node).output;
}

function pushClamp(layer: KerasLayer, input: Tensor, clamp: Clamp): Tensor {
  return clamp === LINEAR ? input : layer.graph.push(ops.activation(layer, input, clamp)).output;
}

export function readReLU(layer: KerasLayer, [input]: Tensor[]): Tensor {
  return pushClamp(layer, input, reluClamp(layer, layer.config));
}

export function readActivation(layer: KerasLayer, [input]: Tensor[]): Tensor {
  const activation = activationOf(layer);
  return typeof activation === 'object' ? pushClamp(layer, input, activation) : pushFunction(layer, activation, input);
}

export function readSoftmax(layer: KerasLayer, [input]: Tensor[]): Tensor {
  const axis = layer.number('axis', -1);
  if (axis !== -1 && axis !== input.shape.length - 1) throw layer.unsupported('is supported over the last axis only');
  return pushFunction(layer, 'softmax', input);
}
