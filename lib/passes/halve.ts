/**
 * A simplified float32 Graph computed in halves: all weights are binary16 numbers, and every activation but the input and
 * what softmax and sigmoid read and make, with conversions in between.
 */
import type { Budget } from '../base/budget';
import { MobileNetEdgeError } from '../base/errors';
import { floatsToHalves } from '../base/half_float';
import type { Phase } from '../base/phase';
import type { Tensor, TensorData } from '../graph/graph';
import { type Graph, type Node, rulesOf } from '../ops';

const LARGEST_HALF = 65504;

/** Throws MODEL_UNSUPPORTED for a weight that no half can hold. */
export function* halve(graph: Graph, budget: Budget): Phase<Graph> {
  /** Layers may share their constants. */
  const halves = new Map<TensorData, Uint16Array>();
  const constant = (tensor: Tensor): Tensor => {
    const data = halves.get(tensor.data!) ?? halvesOf(tensor, budget);
    halves.set(tensor.data!, data);
    return { ...halfOf(tensor), data };
  };
  const nodes: Node[] = [];
  const wide = new Map<Tensor, Tensor>([[graph.input, graph.input]]);
  const half = new Map<Tensor, Tensor>();

  /** The tensor as `wanted` has it; made from the other form if there is only that. */
  function formOf(tensor: Tensor, wanted: Map<Tensor, Tensor>): Tensor {
    const found = wanted.get(tensor);
    if (found) return found;
    const input = (wanted === half ? wide : half).get(tensor)!;
    const output = wanted === half ? halfOf(tensor) : tensor;
    nodes.push({
      op: 'requantize',
      name: `${tensor.name}/${output.type}`,
      inputs: [input],
      output,
    });
    wanted.set(tensor, output);
    return output;
  }

  for (const node of graph.nodes) {
    if (budget.turnIsOver()) yield;
    const isHead = !rulesOf(node).hasHalves;
    const inputs = node.inputs.map((input) => formOf(input, isHead ? wide : half));
    const output = isHead ? node.output : halfOf(node.output);
    (isHead ? wide : half).set(node.output, output);
    const weights = 'filter' in node ? { filter: constant(node.filter), bias: node.bias && constant(node.bias) } : {};
    nodes.push({ ...node, ...weights, inputs, output } as Node);
  }
  return { input: graph.input, outputs: graph.outputs.map((output) => wide.get(output) ?? half.get(output)!), nodes };
}

function halfOf(tensor: Tensor): Tensor {
  return { ...tensor, type: 'float16' };
}

function halvesOf(tensor: Tensor, budget: Budget): Uint16Array {
  const values = tensor.data as Float32Array;
  const wrong = values.find((value) => !(Math.abs(value) <= LARGEST_HALF));
  if (wrong !== undefined) {
    throw new MobileNetEdgeError(
      'MODEL_UNSUPPORTED',
      `Expected weights within ${LARGEST_HALF} for precision 'float16' but ${tensor.name} has ${wrong}: use precision 'float32'`,
    );
  }
  budget.spendBytes(values.length * 2, `the halves of ${tensor.name}`);
  return floatsToHalves(values);
}
