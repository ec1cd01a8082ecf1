/** The reader of TFLite files: bytes -> Graph. Quantized graphs stay quantized. */

import type { Budget } from '../../base/budget';
import { excerpt } from '../../base/expect';
import { inTurns, type Phase } from '../../base/phase';
import type { Tensor } from '../../graph/graph';
import type { Graph } from '../../ops';
import { GraphBuilder } from '../../ops/builder';
import { modelInvalid, modelUnsupported, operatorUnsupported } from '../shared/failures';
import type { ReaderOptions } from '../shared/files_beside';
import type { ModelContent } from '../shared/model_file';
import {
  readActivation,
  readArithmetic,
  readDequantize,
  readQuantize,
  readSoftmax,
  UNARY_OPERATORS,
} from './elementwise';
import { FlatBuffer, type FlatTable } from './flatbuffer_table';
import { readConv2D, readDepthwiseConv2D, readFullyConnected, readPool2D, readReduction } from './layers';
import { inputOrder, keepsOrder, type Layout, shapeInGraph } from './layout';
import { readTfliteMetadata } from './metadata';
import { TfliteOperator } from './operator';
import { BUILTIN_OPERATORS, CUSTOM, IDENTIFIER, MODEL, OPERATOR, OPERATOR_CODE, SUBGRAPH, VERSION } from './schema';
import {
  readExpandDims,
  readPack,
  readPad,
  readReshape,
  readResize,
  readShape,
  readSqueeze,
  readStridedSlice,
  readTranspose,
} from './shapes';
import { TfliteTensors } from './tensors';

const OPERATORS: Record<string, (op: TfliteOperator) => void> = {
  ADD: readArithmetic,
  AVERAGE_POOL_2D: readPool2D,
  CONV_2D: readConv2D,
  DEPTHWISE_CONV_2D: readDepthwiseConv2D,
  DEQUANTIZE: readDequantize,
  DIV: readArithmetic,
  EXPAND_DIMS: readExpandDims,
  FULLY_CONNECTED: readFullyConnected,
  MAX_POOL_2D: readPool2D,
  MEAN: readReduction,
  MUL: readArithmetic,
  PACK: readPack,
  PAD: readPad,
  PADV2: readPad,
  QUANTIZE: readQuantize,
  REDUCE_MAX: readReduction,
  RELU: readActivation,
  RELU6: readActivation,
  RELU_0_TO_1: readActivation,
  RELU_N1_TO_1: readActivation,
  RESHAPE: readReshape,
  RESIZE_BILINEAR: readResize,
  RESIZE_NEAREST_NEIGHBOR: readResize,
  SHAPE: readShape,
  SOFTMAX: readSoftmax,
  SQUEEZE: readSqueeze,
  STRIDED_SLICE: readStridedSlice,
  SUB: readArithmetic,
  TRANSPOSE: readTranspose,
  ...UNARY_OPERATORS,
};

/** The names of a model's operator codes: the builtin's, or what a custom operator calls itself. */
function operatorNames(model: FlatTable): string[] {
  return model.tables(MODEL.operatorCodes).map((code) => {
    // Files from before 2020 have the byte only, newer ones both.
    const builtin = Math.max(code.int8(OPERATOR_CODE.deprecatedBuiltinCode), code.int32(OPERATOR_CODE.builtinCode));
    if (builtin === CUSTOM) return `custom operator '${code.string(OPERATOR_CODE.customCode)}'`;
    return BUILTIN_OPERATORS[builtin] ?? `builtin operator ${builtin}`;
  });
}

/** [operator's table, its name] in the order of execution. Throws OPERATOR_UNSUPPORTED if there is one that we lack. */
function readOperators(model: FlatTable, subgraph: FlatTable, budget: Budget): [FlatTable, string][] {
  const names = operatorNames(model);
  budget.checkOperators(subgraph.tableVector(SUBGRAPH.operators).length);
  const operators = subgraph.tables(SUBGRAPH.operators).map((record, i): [FlatTable, string] => {
    const opcode = record.uint32(OPERATOR.opcodeIndex);
    if (opcode >= names.length)
      throw modelInvalid(`Operator ${i} refers to operator code ${opcode} of ${names.length}`);
    return [record, names[opcode]];
  });
  const lacking = operators.findIndex(([, name]) => !Object.hasOwn(OPERATORS, name));
  if (lacking !== -1) {
    const others = new Set(operators.map(([, name]) => name).filter((name) => !Object.hasOwn(OPERATORS, name)));
    others.delete(operators[lacking][1]);
    if ([operators[lacking][1], ...others].some((name) => name.includes('edgetpu-custom-op'))) {
      throw operatorUnsupported(
        `Operator ${lacking} (${operators[lacking][1]})`,
        "runs on Coral's Edge TPU only: give the .tflite file that this one was compiled from, whose name has no _edgetpu",
      );
    }
    const also = others.size ? `; nor are ${excerpt([...others].slice(0, 20).join(', '), 400)}` : '';
    throw operatorUnsupported(`Operator ${lacking} (${operators[lacking][1]})`, `is not supported${also}`);
  }
  return operators;
}

function theOnlyInput(indices: number[]): number {
  if (indices.length !== 1) throw modelUnsupported(`Expected a model with one input but it has ${indices.length}`);
  return indices[0];
}

/** The input picture: [1, height, width, channels], in the order that the file reads it in; the batch may be free. */
function readInput(tensors: TfliteTensors, index: number, layout: Layout | undefined): Tensor {
  const { stored, signature } = tensors.shape(index);
  const free = signature.slice(1).includes(-1) || stored.slice(1).includes(-1);
  const batch = signature[0] === -1 ? 1 : stored[0];
  if (stored.length !== 4 || free || batch !== 1) {
    throw modelUnsupported(
      `Expected an input of [1, height, width, channels] with a fixed size but ${tensors.name(index)} is [${signature.join(', ')}]`,
    );
  }
  return tensors.define(index, shapeInGraph([1, ...stored.slice(1)], layout), 'The input', layout);
}

function* readingGraph(file: FlatBuffer, model: FlatTable): Phase<Graph> {
  const version = model.uint32(MODEL.version);
  if (version !== VERSION)
    throw modelUnsupported(`Expected version ${VERSION} of the TFLite schema but it is ${version}`);
  const subgraph = model.tableVector(MODEL.subgraphs).at(0);
  const tensors = new TfliteTensors(file, model, subgraph);
  const operators = readOperators(model, subgraph, file.budget);
  const inputIndex = theOnlyInput(subgraph.int32s(SUBGRAPH.inputs));
  const order = inputOrder(operators, tensors, inputIndex);
  const input = readInput(tensors, inputIndex, order?.layout);
  const outputIndices = subgraph.int32s(SUBGRAPH.outputs);
  if (outputIndices.length === 0) throw modelUnsupported('Expected a model with an output but it has none');
  file.budget.spendParts(outputIndices.length, 'outputs');
  const graph = new GraphBuilder(file.budget);
  for (const [i, [record, name]] of operators.entries()) {
    if (file.budget.turnIsOver()) yield;
    OPERATORS[name](new TfliteOperator(record, name, i, tensors, graph));
  }
  const outputs = outputIndices.map((index) => readOutput(tensors, index, input));
  return { input, outputs, nodes: graph.nodes, swapsSides: order?.swapsSides };
}

function readOutput(tensors: TfliteTensors, index: number, input: Tensor): Tensor {
  const output = tensors.activation(index, 'The output');
  if (!keepsOrder(output.shape, tensors.layout(index))) {
    throw modelUnsupported(
      `Expected an output of [1, height, width, channels] but ${output.name} is [${tensors.shape(index).stored.join(', ')}], whose axes a TRANSPOSE has moved`,
    );
  }
  if (output === input) throw modelInvalid('The model has no operator between its input and its output');
  return output;
}

/** Rejects with MODEL_INVALID, MODEL_UNSUPPORTED, OPERATOR_UNSUPPORTED or ABORTED. Weights of the Graph may be views of `bytes`. */
export async function readTflite(bytes: Uint8Array, options: ReaderOptions): Promise<ModelContent> {
  const { budget, signal } = options;
  budget.addSource(bytes.length);
  const file = new FlatBuffer(bytes, 'The TFLite file', budget);
  if (file.identifier() !== IDENTIFIER) {
    throw modelInvalid(`Expected '${IDENTIFIER}' at byte 4 of a TFLite file but received '${file.identifier()}'`);
  }
  const model = file.reading(() => file.root());
  const graph = await inTurns(file.readingPhase(readingGraph(file, model)), signal);
  return { graph, ...(await readTfliteMetadata(file, model, graph.input, options)) };
}
