/** The reader of Keras' model configs, whatever file they are in: Sequential, functional, nested at any depth. */
import type { Budget } from '../../base/budget';
import { describe } from '../../base/expect';
import type { Phase } from '../../base/phase';
import type { Tensor } from '../../graph/graph';
import type { Graph } from '../../ops';
import { GraphBuilder } from '../../ops/builder';
import { checkActivationShape } from '../shared/activation_shape';
import { modelInvalid, modelUnsupported } from '../shared/failures';
import { arrayOf, isObject, objectOf } from '../shared/json_value';
import { type ConstantOperand, parseInboundNodes, parseReferences, type TensorReference } from './calls';
import { type KerasContext, KerasLayer, type KerasWeights } from './layer';
import { KERAS_LAYERS, TAKE_SEVERAL } from './layers';

const DEEPEST_NESTING = 32;
/** What is kept of a layer, in small parts. */
const PARTS_OF_LAYER = 8;

const isModel = ({ kind }: KerasLayer) => ['Sequential', 'Model', 'Functional'].includes(kind);

function childLayers(model: KerasLayer, isRoot: boolean): KerasLayer[] {
  // The root's own name is in no weight's name.
  const scope = isRoot ? [] : [...model.scope, model.name];
  if (scope.length > DEEPEST_NESTING)
    throw modelUnsupported(`Expected at most ${DEEPEST_NESTING} models inside each other`);
  return model.children(() => {
    const layers = arrayOf(model.config.layers, `${model.where}: layers`);
    model.context.budget.spendParts(PARTS_OF_LAYER * layers.length, 'layers');
    return layers.map((layer) => new KerasLayer(layer, scope, model.context));
  });
}

function* applyingLayer(
  layer: KerasLayer,
  inputs: Tensor[],
  tables: CallTables,
  constants: ConstantOperand[] = [],
): Phase<Tensor> {
  const { budget } = layer.context;
  budget.spendParts(1, 'calls');
  if (budget.turnIsOver()) yield;
  if (isModel(layer)) return (yield* applyingModel(layer, inputs, false, tables))[0];
  if (!Object.hasOwn(KERAS_LAYERS, layer.kind)) throw layer.unsupported('is not supported');
  if (inputs.length === 0) throw layer.invalid('has no input');
  if (inputs.length > 1 && !TAKE_SEVERAL.has(layer.kind))
    throw layer.invalid(`expects one input but has ${inputs.length}`);
  return KERAS_LAYERS[layer.kind](layer, inputs, constants);
}

/** The results of a model: one, but for the model that is the file. */
function* applyingModel(model: KerasLayer, inputs: Tensor[], isRoot: boolean, tables: CallTables): Phase<Tensor[]> {
  if (inputs.length !== 1) throw model.unsupported(`is supported with one input only, not ${inputs.length}`);
  const layers = childLayers(model, isRoot);
  if (model.kind !== 'Sequential') return yield* applyingFunctional(model, layers, inputs[0], isRoot, tables);
  let [tensor] = inputs;
  for (const layer of layers) tensor = yield* applyingLayer(layer, [tensor], tables);
  return [tensor];
}

function referencesOf(model: KerasLayer, key: 'input_layers' | 'output_layers'): TensorReference[] {
  return parseReferences(model.config[key], `${model.where}: ${key}`, model.context.budget);
}

function theOnly(model: KerasLayer, key: 'input_layers' | 'output_layers'): TensorReference {
  const references = referencesOf(model, key);
  if (references.length !== 1)
    throw modelUnsupported(`${model.where}: expected one of ${key} but there are ${references.length}`);
  return references[0];
}

/** One call of a layer, and the calls whose results it reads. */
interface Call {
  layer: KerasLayer;
  inputs: Call[];
  constants: ConstantOperand[];
}

/** The calls of a functional model, found by reference. */
class CallTable {
  readonly #calls = new Map<string, Call[]>();

  constructor(model: KerasLayer, layers: readonly KerasLayer[]) {
    const entries = arrayOf(model.config.layers, model.where).map((value) => objectOf(value, model.where));
    const inbound = layers.map((layer, i) =>
      parseInboundNodes(entries[i].inbound_nodes, `${layer.where}: inbound_nodes`, model.context.budget),
    );
    for (const [i, layer] of layers.entries()) {
      if (this.#calls.has(layer.name)) throw modelInvalid(`${model.where} has two layers named ${layer.name}`);
      const count = Math.max(1, inbound[i].length);
      this.#calls.set(
        layer.name,
        Array.from({ length: count }, (_, call) => ({
          layer,
          inputs: [],
          constants: inbound[i][call]?.constants ?? [],
        })),
      );
    }
    for (const [i, { name }] of layers.entries()) {
      for (const [call, { tensors }] of inbound[i].entries()) {
        this.#calls.get(name)![call].inputs = tensors.map((reference) => this.find(reference));
      }
    }
  }

  find({ layer, call }: TensorReference): Call {
    const calls = this.#calls.get(layer);
    if (!calls) throw modelInvalid(`A layer refers to the layer ${layer}, which does not exist`);
    // Models count from 1, since making one is a call; with a single call there is nothing to tell apart.
    const found = calls.length === 1 ? calls[0] : calls[isModel(calls[0].layer) ? call - 1 : call];
    if (!found) throw modelInvalid(`A layer refers to call ${call} of ${layer}, which is called ${calls.length} times`);
    return found;
  }
}

/** All calls that those need, each after those it reads. Not recursive: a chain may be long. */
function inOrder(last: readonly Call[]): Call[] {
  const ordered: Call[] = [];
  const state = new Map<Call, 'open' | 'done'>();
  const stack = [...last].reverse();
  while (stack.length > 0) {
    const call = stack[stack.length - 1];
    if (state.has(call)) {
      stack.pop();
      if (state.get(call) === 'open') ordered.push(call);
      state.set(call, 'done');
      continue;
    }
    state.set(call, 'open');
    for (const input of call.inputs) {
      if (state.get(input) === 'open') throw modelInvalid(`${input.layer.where} reads its own result`);
      if (!state.has(input)) stack.push(input);
    }
  }
  return ordered;
}

/** The calls of each model, which are found once however often it is called. */
type CallTables = Map<KerasLayer, { first: Call; last: readonly Call[]; calls: readonly Call[] }>;

function callsOf(model: KerasLayer, layers: readonly KerasLayer[], isRoot: boolean) {
  const table = new CallTable(model, layers);
  const first = table.find(theOnly(model, 'input_layers'));
  const ends = isRoot ? referencesOf(model, 'output_layers') : [theOnly(model, 'output_layers')];
  if (ends.length === 0) throw modelUnsupported(`${model.where}: expected at least one of output_layers`);
  const last = ends.map((reference) => table.find(reference));
  return { first, last, calls: inOrder(last) };
}

function* applyingFunctional(
  model: KerasLayer,
  layers: readonly KerasLayer[],
  input: Tensor,
  isRoot: boolean,
  tables: CallTables,
): Phase<Tensor[]> {
  const known = tables.get(model) ?? callsOf(model, layers, isRoot);
  tables.set(model, known);
  const { first, last, calls } = known;
  const results = new Map<Call, Tensor>([[first, input]]);
  for (const call of calls) {
    if (results.has(call)) continue;
    const inputs = call.inputs.map((source) => results.get(source)!);
    results.set(call, yield* applyingLayer(call.layer, inputs, tables, call.constants));
  }
  return last.map((call) => {
    const tensor = results.get(call)!;
    // Keras calls an output by its layer.
    if (isRoot) tensor.name = call.layer.name;
    return tensor;
  });
}

/** The shape of the picture that a model takes, from its first layer that knows. */
function inputShape(layer: KerasLayer, isRoot: boolean): unknown {
  const own = layer.config.batch_input_shape ?? layer.config.batch_shape;
  if (own || !isModel(layer)) return own;
  const layers = childLayers(layer, isRoot);
  if (layer.kind === 'Sequential') {
    return layers.length ? inputShape(layers[0], false) : undefined;
  }
  const { layer: name } = theOnly(layer, 'input_layers');
  const input = layers.find((candidate) => candidate.name === name);
  return input && inputShape(input, false);
}

function readInput(root: KerasLayer): Tensor {
  const shape = inputShape(root, true);
  const fixed =
    Array.isArray(shape) && shape.length === 4 && shape.slice(1).every((extent) => Number.isInteger(extent));
  if (!fixed || !(shape[0] === null || shape[0] === 1)) {
    const received = shape === undefined ? 'unknown' : describe(shape);
    throw modelUnsupported(`Expected an input of [1, height, width, channels] with a fixed size but it is ${received}`);
  }
  const tensor: Tensor = { name: 'input', shape: [1, ...shape.slice(1)], type: 'float32' };
  checkActivationShape(tensor.shape, 'The input');
  return tensor;
}

/**
 * `topology` is { class_name, config } of a model, perhaps inside { model_config }.
 * Throws MODEL_INVALID, MODEL_UNSUPPORTED or OPERATOR_UNSUPPORTED.
 */
export function* readingKerasModel(topology: unknown, weights: KerasWeights, budget: Budget): Phase<Graph> {
  const outer = objectOf(topology, 'modelTopology');
  const context: KerasContext = { weights, graph: new GraphBuilder(budget), budget };
  const root = new KerasLayer(isObject(outer.model_config) ? outer.model_config : outer, [], context);
  if (!isModel(root)) throw modelUnsupported(`Expected a Sequential or functional model but it is ${root.kind}`);
  const input = readInput(root);
  const outputs = yield* applyingModel(root, [input], true, new Map());
  if (outputs.includes(input)) throw modelInvalid('The model has no layer between its input and its output');
  return { input, outputs, nodes: context.graph.nodes };
}
