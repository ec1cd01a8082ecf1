/**
 * A quantized Graph as a float32 one with the same meaning, but for rounding: weights become real numbers,
 * and every result is clamped to the range that its quantization can represent. The clamp matters: converters
 * drop a ReLU6 that the range [0, 6] of a uint8 tensor already implies.
 */
import type { Budget } from '../base/budget';
import type { Phase } from '../base/phase';
import { type Clamp, isQuantized, representable, type Tensor } from '../graph/graph';
import { RealConstants } from '../graph/real_values';
import { type Graph, type Node, rulesOf } from '../ops';

function intersect(a: Clamp, b: Clamp): Clamp {
  return { min: Math.max(a.min, b.min), max: Math.min(a.max, b.max) };
}

/** Layers with float32 results keep quantized weights in some files: those become real numbers. */
export function* dequantizeWeights(graph: Graph, budget: Budget): Phase<Graph> {
  const real = new RealConstants(budget);
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    if (budget.turnIsOver()) yield;
    if (!('filter' in node) || isQuantized(node.output)) nodes.push(node);
    else nodes.push({ ...node, filter: real.of(node.filter), bias: node.bias && real.of(node.bias) });
  }
  return { ...graph, nodes };
}

export function* dequantize(graph: Graph, budget: Budget): Phase<Graph> {
  const real = new RealConstants(budget);
  const floats = new Map<Tensor, Tensor>();
  const float = (tensor: Tensor): Tensor => {
    if (tensor.type === 'float32') return tensor;
    let found = floats.get(tensor);
    if (!found) {
      found = { name: tensor.name, shape: tensor.shape, type: 'float32' };
      floats.set(tensor, found);
    }
    return found;
  };
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    if (budget.turnIsOver()) yield;
    nodes.push(dequantized(node, float, real));
  }
  return { input: float(graph.input), outputs: graph.outputs.map(float), nodes };
}

function dequantized(node: Node, float: (tensor: Tensor) => Tensor, real: RealConstants): Node {
  const base = { name: node.name, inputs: node.inputs.map(float), output: float(node.output) };
  const { dequantized: asReals } = rulesOf(node);
  if (asReals) return asReals(node, base) as Node;
  const weights = 'filter' in node ? { filter: real.of(node.filter), bias: node.bias && real.of(node.bias) } : {};
  const clamp = 'clamp' in node ? { clamp: intersect(node.clamp, representable(node.output)) } : {};
  return { ...node, ...base, ...weights, ...clamp } as Node;
}
