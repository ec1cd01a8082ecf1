/** One operator of a TFLite subgraph while it is read: its operands, options and complaints. */

import type { MobileNetEdgeError } from '../../base/errors';
import { type Clamp, LINEAR, RELU, RELU6, type Tensor } from '../../graph/graph';
import type { GraphBuilder } from '../../ops/builder';
import type { Keeps, Origin } from '../../ops/op';
import { modelInvalid, operatorUnsupported } from '../shared/failures';
import type { FlatTable } from './flatbuffer_table';
import { keepsOrder, type Layout } from './layout';
import { sameQuantization } from './quantization';
import { ACTIVATIONS, OPERATOR } from './schema';
import type { TfliteTensors } from './tensors';

/** Activation functions, fused or operators of their own, that are clamps. */
export const CLAMPS: Partial<Record<string, Clamp>> = {
  NONE: LINEAR,
  RELU,
  RELU6,
  RELU_N1_TO_1: { min: -1, max: 1 },
  RELU_0_TO_1: { min: 0, max: 1 },
};

export class TfliteOperator implements Origin {
  readonly kind: string;
  /** TFLite's operators have no names; what they make has. */
  readonly name: string;
  readonly inputs: number[];
  readonly tensors: TfliteTensors;
  readonly graph: GraphBuilder;
  /** Begins every message about this operator. */
  readonly where: string;
  /** In which order the file has the axes of what this operator makes. */
  layout: Layout | undefined;
  readonly #record: FlatTable;
  readonly #outputs: number[];

  /** `kind` is the builtin's name; nodes are appended to `graph`. */
  constructor(record: FlatTable, kind: string, index: number, tensors: TfliteTensors, graph: GraphBuilder) {
    this.#record = record;
    this.kind = kind;
    this.tensors = tensors;
    this.graph = graph;
    this.inputs = record.int32s(OPERATOR.inputs);
    this.#outputs = record.int32s(OPERATOR.outputs);
    this.where = `Operator ${index} (${kind})`;
    if (this.#outputs.length !== 1) throw this.invalid(`should make one tensor but makes ${this.#outputs.length}`);
    this.name = tensors.name(this.#outputs[0]);
    this.where = `Operator ${index} (${kind}, ${this.name})`;
  }

  /** The options, which must be of the union's member `type` if there are any. */
  options(type: number): FlatTable {
    const stored = this.#record.uint8(OPERATOR.optionsType);
    if (stored !== 0 && stored !== type) throw this.invalid(`has options of another operator (${stored}, not ${type})`);
    return this.#record.table(OPERATOR.options);
  }

  has(position: number): boolean {
    return (this.inputs[position] ?? -1) !== -1;
  }

  isConstant(position: number): boolean {
    return this.tensors.isConstant(this.#index(position));
  }

  /** An activation whose axes are [1, height, width, channels] in the file too. */
  input(position = 0): Tensor {
    const input = this.inputInOrder(position);
    if (this.layoutOf(position)) throw this.#transposed(input);
    return input;
  }

  /** An activation whose values, but perhaps not extents of 1, are in that order. */
  inputInOrder(position = 0): Tensor {
    const input = this.tensors.activation(this.#index(position), this.where);
    if (!keepsOrder(input.shape, this.layoutOf(position))) throw this.#transposed(input);
    return input;
  }

  /** An activation in any order of axes, which what this operator makes will have too. */
  inputInAnyLayout(position = 0): Tensor {
    this.layout = this.layoutOf(position);
    return this.tensors.activation(this.#index(position), this.where);
  }

  /** In which order the file has the axes of an activation; undefined where it is the Graph's. */
  layoutOf(position = 0): Layout | undefined {
    return this.tensors.layout(this.#index(position));
  }

  #transposed({ shape }: Tensor): MobileNetEdgeError {
    return this.unsupported(
      `is not supported on an activation whose axes a TRANSPOSE has moved ([${shape.join(', ')}])`,
    );
  }

  constant(position: number): Tensor {
    if (!this.isConstant(position)) throw this.unsupported(`is supported with a constant operand ${position} only`);
    return this.tensors.constant(this.#index(position), this.where);
  }

  /** The values of an integer constant: a shape, axes or paddings. */
  integers(position: number): number[] {
    const { data, type, name } = this.constant(position);
    if (type !== 'int32' || data!.length > 64) throw this.invalid(`expects a few integers in ${name}`);
    return Array.from(data!);
  }

  output(shape: readonly number[], input: Tensor, keeps: Keeps): Tensor {
    const output = this.tensors.define(this.#outputs[0], shape, this.where, this.layout);
    if (keeps !== 'nothing' && output.type !== input.type) {
      throw this.unsupported(`is not supported from ${input.type} to ${output.type}`);
    }
    if (keeps === 'scale' && !sameQuantization(input, output)) {
      throw this.unsupported('is not supported where it changes the quantization');
    }
    return output;
  }

  /** Replaces this operator by the constant that it makes of constants. */
  fold(values: Omit<Tensor, 'name'>): void {
    this.tensors.fold(this.#outputs[0], values, this.where);
  }

  /** The clamp of a fused activation function. */
  clamp(code: number): Clamp {
    const name = ACTIVATIONS[code];
    if (!name) throw this.invalid(`has the unknown activation ${code}`);
    const clamp = CLAMPS[name];
    if (!clamp) throw this.unsupported(`is not supported with the fused activation ${name}`);
    return clamp;
  }

  unsupported(why: string): MobileNetEdgeError {
    return operatorUnsupported(this.where, why);
  }

  invalid(why: string): MobileNetEdgeError {
    return modelInvalid(`${this.where} ${why}`);
  }

  #index(position: number): number {
    if (!this.has(position)) throw this.invalid(`lacks operand ${position}`);
    return this.inputs[position];
  }
}
