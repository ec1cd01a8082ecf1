/** Whether a network is computed in integers, and what keeps a quantized one from it. */

import { excerpt } from '../base/expect';
import { isQuantized } from '../graph/graph';
import { type Graph, type Node, rulesOf } from '../ops';

const OPERATORS: Partial<Record<Node['op'], string>> = {
  conv2d: 'CONV_2D',
  depthwise_conv2d: 'DEPTHWISE_CONV_2D',
  dense: 'FULLY_CONNECTED',
};

const named = (operator: string, { name }: Node): string => `${operator} '${excerpt(name)}'`;

/** Begins with the operator; undefined for one with an integer form. */
function obstacle(node: Node): string | undefined {
  const why = rulesOf(node).obstacle?.(node);
  const operator = node.op === 'affine' ? (node.source ?? 'the arithmetic') : node.op.toUpperCase();
  return why && `${named(operator, node)} ${why}`;
}

/** Whether integer arithmetic is what the file was made for: operators make quantized results. */
function makesIntegers({ nodes }: Graph): boolean {
  return nodes.some((node) => isQuantized(node.output));
}

/**
 * Why a file with quantized tensors is not computed in integers, as a sentence that names the operator. Undefined where it
 * is, and for files without any.
 */
export function floatReason(graph: Graph): string | undefined {
  const touched = graph.nodes.filter((node) => isQuantized(node.output) || node.inputs.some(isQuantized));
  if (makesIntegers(graph)) return touched.map(obstacle).find((reason) => reason !== undefined);
  const hybrid = graph.nodes.find((node) => 'filter' in node && isQuantized(node.filter));
  if (!hybrid) return undefined;
  return `${named(OPERATORS[hybrid.op]!, hybrid)} has weights of 8 bits but a float32 input (dynamic range quantization)`;
}

export function hasIntegerForm(graph: Graph): boolean {
  return makesIntegers(graph) && floatReason(graph) === undefined;
}
