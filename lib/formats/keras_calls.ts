/** Who calls whom in a functional Keras model: the forms of `inbound_nodes` and of tensor references. */
import type { Budget } from '../budget';
import { modelInvalid } from './failures';
import { arrayOf, countOf, isObject, stringOf } from './json_value';

/** The result of one call of a layer. */
export interface TensorReference {
  layer: string;
  /** Which call of the layer. */
  call: number;
}

/** ['layer', call, tensor, ...]. */
function parseReference(value: unknown, where: string): TensorReference {
  const [layer, call, tensor] = arrayOf(value, where);
  const name = stringOf(layer, where);
  if (countOf(tensor, where) !== 0) {
    throw modelInvalid(`${where}: expected the first output of ${name} but it is ${tensor}`);
  }
  return { layer: name, call: countOf(call, where) };
}

/** `input_layers` and `output_layers`: a list of references, or (Keras 3) a single one. */
export function parseReferences(value: unknown, where: string, budget: Budget): TensorReference[] {
  const list = arrayOf(value, where);
  budget.spendParts(list.length, 'operands');
  return typeof list[0] === 'string'
    ? [parseReference(list, where)]
    : list.map((entry) => parseReference(entry, where));
}

/** Keras 3: { args: [tensor | [tensor, ...]], kwargs }, each tensor with its keras_history. */
function parseKeras3Call(args: unknown, where: string, budget: Budget): TensorReference[] {
  const list = arrayOf(args, where).flat();
  budget.spendParts(list.length, 'operands');
  return list.map((argument) => {
    const config = isObject(argument) && isObject(argument.config) ? argument.config : {};
    return parseReference(config.keras_history, where);
  });
}

/** The inputs of every call of a layer. */
export function parseInboundNodes(value: unknown, where: string, budget: Budget): TensorReference[][] {
  return arrayOf(value ?? [], where).map((call) =>
    isObject(call) ? parseKeras3Call(call.args, where, budget) : parseReferences(call, where, budget),
  );
}
