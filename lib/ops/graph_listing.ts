/** Prints a Graph as text, one node per line: what the file or a pass made of a model, for people. */
import { printable } from '../base/errors';
import type { Tensor } from '../graph/graph';
import type { Graph, Node } from './index';

export function graphListing({ input, outputs, nodes }: Graph): string {
  return [
    `; input ${activation(input)}`,
    ...nodes.map(line),
    ...outputs.map((output) => `; output ${activation(output)}`),
  ].join('\n');
}

function line({ op, name, inputs, output, ...attributes }: Node): string {
  const values = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : `${key}=${text(value)}`,
  );
  const from = inputs.map((tensor) => named(tensor.name)).join(', ');
  return [`${op} ${named(name)}: ${from} -> ${activation(output)}`, ...values].join(' ');
}

/** A name on one line. */
const named = (name: string): string => printable(name).replace(/[\n\t]/g, ' ');

function activation(tensor: Tensor): string {
  const { quantization } = tensor;
  const levels = quantization ? ` scale=${text(quantization.scale)} zero=${text(quantization.zeroPoint)}` : '';
  return `${named(tensor.name)} ${form(tensor)}${levels}`;
}

function form({ shape, type }: Tensor): string {
  return `${shape.join('x')} ${type}`;
}

/** At most so many numbers are printed. */
const SHORT = 4;

/** An attribute, whatever ops have: a tensor's form, few numbers, the parts of an object. */
function text(value: unknown): string {
  if (typeof value === 'string') return named(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if ('shape' in value && 'type' in value) return `[${form(value as Tensor)}]`;
  if ('length' in value) {
    const values = Array.from(value as ArrayLike<unknown>);
    return values.length > SHORT ? `${values.length} values` : values.map(text).join('x');
  }
  const parts = Object.entries(value).map(([key, part]) => `${key}=${text(part)}`);
  return `{${parts.join(' ')}}`;
}
