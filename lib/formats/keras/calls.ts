/** Who calls whom in a functional Keras model: the forms of `inbound_nodes` and of tensor references. */
import type { Budget } from '../../base/budget';
import { modelInvalid } from '../shared/failures';
import { arrayOf, countOf, isObject, stringOf } from '../shared/json_value';

/** The result of one call of a layer. */
export interface TensorReference {
  layer: string;
  /** Which call of the layer. */
  call: number;
}

/** An operand that is no tensor: a number or an array of them, as the file has it. */
export interface ConstantOperand {
  value: unknown;
  /** Whether it stands before the tensor. */
  isLeft: boolean;
}

/** What a layer is called with. */
export interface CallOperands {
  tensors: TensorReference[];
  constants: ConstantOperand[];
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

/** Keras 3: { args: [tensor | constant | [tensor, ...]], kwargs }, each tensor with its keras_history. */
function parseKeras3Call(args: unknown, where: string, budget: Budget): CallOperands {
  const operands: CallOperands = { tensors: [], constants: [] };
  const entries = arrayOf(args, where).flatMap((entry) => (isListOfTensors(entry) ? entry : [entry]));
  budget.spendParts(entries.length, 'operands');
  for (const argument of entries) {
    if (isObject(argument) && isObject(argument.config) && 'keras_history' in argument.config) {
      operands.tensors.push(parseReference(argument.config.keras_history, where));
    } else {
      operands.constants.push({ value: argument, isLeft: operands.tensors.length === 0 });
    }
  }
  return operands;
}

function isListOfTensors(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.every(isObject);
}

/** What stands for the left operand where that is a constant. */
const CONSTANT = '_CONSTANT_VALUE';

/**
 * Keras 2: one reference or several, each perhaps with keyword arguments behind it. Functions that became layers have a
 * constant there: ['input', 0, 0, { y: 127.5 }], or ['_CONSTANT_VALUE', -1, 127.5, { y: ['input', 0, 0] }].
 */
function parseKeras2Call(call: unknown, where: string, budget: Budget): CallOperands {
  const list = arrayOf(call, where);
  budget.spendParts(list.length, 'operands');
  const entries = typeof list[0] === 'string' ? [list] : list.map((entry) => arrayOf(entry, where));
  const operands: CallOperands = { tensors: [], constants: [] };
  for (const [name, index, value, named] of entries) {
    const right = isObject(named) ? (named.y ?? named.bias) : undefined;
    if (name === CONSTANT) operands.constants.push({ value, isLeft: true });
    else operands.tensors.push(parseReference([name, index, value], where));
    if (right === undefined || right === null) continue;
    if (Array.isArray(right) && typeof right[0] === 'string') operands.tensors.push(parseReference(right, where));
    else operands.constants.push({ value: right, isLeft: false });
  }
  return operands;
}

/** The operands of every call of a layer. */
export function parseInboundNodes(value: unknown, where: string, budget: Budget): CallOperands[] {
  return arrayOf(value ?? [], where).map((call) =>
    isObject(call) ? parseKeras3Call(call.args, where, budget) : parseKeras2Call(call, where, budget),
  );
}
