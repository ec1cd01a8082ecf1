/** One layer of a Keras model while it is read: its config, weights and complaints. */

import type { Budget } from '../../base/budget';
import type { MobileNetEdgeError } from '../../base/errors';
import { excerpt } from '../../base/expect';
import type { Tensor, TensorData } from '../../graph/graph';
import type { GraphBuilder } from '../../ops/builder';
import type { Origin } from '../../ops/op';
import { checkActivationShape } from '../shared/activation_shape';
import { modelInvalid, operatorUnsupported } from '../shared/failures';
import { countOf, isObject, type JsonObject, numberOf, objectOf, stringOf } from '../shared/json_value';

export interface Weight {
  /** As the file has it. */
  name: string;
  shape: readonly number[];
  data: Float32Array;
}

/** Where a Keras model's weights come from. */
export interface KerasWeights {
  /** The weight `kind` of a layer inside the models of `scope`; undefined if there is none. */
  find(layer: object, name: string, scope: readonly string[], kind: string): Weight | undefined;
}

/** What all layers of one model share. */
export interface KerasContext {
  weights: KerasWeights;
  graph: GraphBuilder;
  budget: Budget;
}

/** Of a name in a message. */
const NAME_LENGTH = 60;

export class KerasLayer implements Origin {
  readonly kind: string;
  readonly name: string;
  readonly config: JsonObject;
  /** Names of the models around the layer, outermost first. */
  readonly scope: readonly string[];
  readonly context: KerasContext;
  readonly #weights = new Map<string, Weight | undefined>();
  readonly #constants = new Map<string, Tensor>();
  #where: string | undefined;
  #children: KerasLayer[] | undefined;

  /** `value` is { class_name, config }. Throws MODEL_INVALID. */
  constructor(value: unknown, scope: readonly string[], context: KerasContext) {
    const layer = objectOf(value, 'A layer');
    this.kind = stringOf(layer.class_name, 'class_name of a layer');
    // Sequential models of Keras before 2.2.3 have their layers right here.
    this.config = Array.isArray(layer.config)
      ? { layers: layer.config }
      : objectOf(layer.config, `config of a ${this.kind} layer`);
    this.name = stringOf(layer.name ?? this.config.name ?? this.kind, `name of a ${this.kind} layer`);
    this.scope = scope;
    this.context = context;
  }

  /** Begins every message about this layer. */
  get where(): string {
    this.#where ??= `Layer ${excerpt([...this.scope, this.name].map((name) => excerpt(name, NAME_LENGTH)).join('/'), 400)} (${excerpt(this.kind, NAME_LENGTH)})`;
    return this.#where;
  }

  /** The layers of a model, made once: a model that is called often has the same layers each time. */
  children(make: () => KerasLayer[]): KerasLayer[] {
    this.#children ??= make();
    return this.#children;
  }

  /** A number of the config, or `fallback` where it is left out or null. */
  number(key: string, fallback?: number): number {
    const value = this.config[key];
    if ((value === undefined || value === null) && fallback !== undefined) return fallback;
    return numberOf(value, `${this.where}: ${key}`);
  }

  bool(key: string, fallback: boolean): boolean {
    const value = this.config[key] ?? fallback;
    if (typeof value !== 'boolean') throw this.invalid(`expects true or false for ${key}`);
    return value;
  }

  string(key: string, fallback: string): string {
    return stringOf(this.config[key] ?? fallback, `${this.where}: ${key}`);
  }

  /** [vertical, horizontal]; Keras allows one number for both. */
  pair(key: string, fallback?: readonly [number, number]): readonly [number, number] {
    const value = this.config[key] ?? fallback;
    const values = Array.isArray(value) ? value : [value, value];
    if (values.length !== 2) throw this.invalid(`expects one or two numbers for ${key}`);
    const [vertical, horizontal] = values.map((entry) => countOf(entry, `${this.where}: ${key}`));
    return [vertical, horizontal];
  }

  /** One number a channel: a number for all, or an array (nested arrays of extent 1 around it allowed). */
  perChannel(value: unknown, channels: number, what: string): Float64Array {
    const values = Array.isArray(value) ? value.flat(8) : [value];
    if (values.length !== 1 && values.length !== channels)
      throw this.invalid(`expects 1 or ${channels} numbers for ${what}`);
    const numbers = values.map((entry) => numberOf(entry, `${this.where}: ${what}`));
    this.context.budget.spendBytes(channels * Float64Array.BYTES_PER_ELEMENT, this.name);
    const each = new Float64Array(channels);
    if (numbers.length === 1) return each.fill(numbers[0]);
    each.set(numbers);
    return each;
  }

  /** Throws OPERATOR_UNSUPPORTED for channels_first. */
  checkChannelsLast(): void {
    const format = this.string('data_format', 'channels_last');
    if (format !== 'channels_last') throw this.unsupported(`is not supported with data_format ${format}`);
  }

  /** A weight under the first of `kinds` that is there. Throws MODEL_INVALID if it is missing or of another shape. */
  weight(kinds: string | readonly string[], shape: readonly number[]): Weight {
    const names = typeof kinds === 'string' ? [kinds] : kinds;
    const weight = this.optionalWeight(names);
    if (!weight) throw this.invalid(`lacks its weight ${this.name}/${names[0]}`);
    if (weight.shape.join() !== shape.join()) {
      throw this.invalid(`expects ${weight.name} to be [${shape.join(', ')}] but it is [${weight.shape.join(', ')}]`);
    }
    return weight;
  }

  optionalWeight(kinds: readonly string[]): Weight | undefined {
    for (const kind of kinds) {
      if (!this.#weights.has(kind)) {
        this.#weights.set(kind, this.context.weights.find(this, this.name, this.scope, kind));
      }
      const weight = this.#weights.get(kind);
      if (weight) return weight;
    }
    return undefined;
  }

  /** A constant, made once however often the layer is called. */
  constant(name: string, shape: readonly number[], data: () => TensorData): Tensor {
    const key = `${shape.join()} ${name}`;
    let tensor = this.#constants.get(key);
    if (!tensor) {
      tensor = { name, shape, type: 'float32', data: data() };
      this.#constants.set(key, tensor);
    }
    return tensor;
  }

  bias(length: number): Tensor | undefined {
    if (!this.bool('use_bias', true)) return undefined;
    const { name, shape, data } = this.weight('bias', [length]);
    return this.constant(name, shape, () => data);
  }

  output(shape: readonly number[]): Tensor {
    return this.#activation(this.name, shape);
  }

  /** One of several nodes of this layer; `suffix` tells what they make apart, `name` is the node's. */
  part(suffix: string, name = this.name + suffix): Origin {
    return {
      name,
      output: (shape) => this.#activation(this.name + suffix, shape),
      invalid: (why) => this.invalid(why),
      unsupported: (why) => this.unsupported(why),
    };
  }

  #activation(name: string, shape: readonly number[]): Tensor {
    checkActivationShape(shape, this.where);
    return { name, shape, type: 'float32' };
  }

  get graph(): GraphBuilder {
    return this.context.graph;
  }

  unsupported(why: string): MobileNetEdgeError {
    return operatorUnsupported(this.where, why);
  }

  invalid(why: string): MobileNetEdgeError {
    return modelInvalid(`${this.where} ${why}`);
  }
}

/** 'relu6' of 'relu6' or { class_name, config }: how Keras writes what was once a function or a class. */
export function serializedName(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!isObject(value)) return undefined;
  return typeof value.class_name === 'string' ? value.class_name : undefined;
}

/** A picture's [1, height, width, channels]. Throws MODEL_INVALID for other shapes. */
export function pictureShape(layer: KerasLayer, input: Tensor): readonly number[] {
  if (input.shape.length !== 4) throw layer.invalid(`expects a picture but its input is [${input.shape.join(', ')}]`);
  return input.shape;
}
