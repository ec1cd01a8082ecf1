import { recognize } from '../architectures/recognize';
import { printableJson } from '../base/errors';
import { classCount, isMap } from '../graph/classes';
import { pixels } from '../graph/graph';
import { withSwappedSides } from '../model/swapped_sides';
import { readModelFile } from '../node/read_model_file';
import type { Graph } from '../ops';
import { type Layer, layers, totals } from '../ops/layers';
import { floatReason } from '../passes/integer_form';
import { simplify } from '../passes/simplify';
import { NETWORK_OPTIONS, parse } from './arguments';
import { network } from './network';
import { type Column, floatLine, grouped, millions, networkTitle, printable, styleFor, table } from './render';

/** `mobilenet-edge summary`: the layers as they will run, batch normalisation and activations folded. */
export async function summary(args: string[]): Promise<number> {
  const { values } = parse(args, { ...NETWORK_OPTIONS, json: { type: 'boolean' } });
  const source = network(values);
  const { format, graph } =
    typeof source === 'string'
      ? await readModelFile(source, { withoutLabels: true })
      : { format: 'graph' as const, graph: source };
  const described = describe(graph, format);
  process.stdout.write(values.json ? `${printableJson(described, 2)}\n` : `${render(described)}\n`);
  return 0;
}

function describe(file: Graph, format: string) {
  const { input, outputs } = file;
  const [output] = outputs;
  const graph = simplify(file);
  const [height, width, channels] = pixels(file.swapsSides ? withSwappedSides(input).shape : input.shape);
  return {
    ...recognize(graph),
    inputShape: [1, height, width, channels],
    inputType: input.type,
    outputType: output.type,
    classes: classCount(output),
    outputShape: output.shape,
    outputs: outputs.map(({ name, shape, type }) => ({ name, shape, type })),
    ...totals(graph),
    precisionReason: floatReason(file),
    format,
    layers: layers(graph),
  };
}

const COLUMNS: Column[] = [
  { title: 'Layer' },
  { title: 'Operator' },
  { title: 'Output', align: 'right' },
  { title: 'Kernel', align: 'right' },
  { title: 'Stride', align: 'right' },
  { title: 'Parameters', align: 'right' },
  { title: 'MACs', align: 'right' },
];

function render(network: ReturnType<typeof describe>): string {
  const style = styleFor(process.stdout);
  const { inputShape, inputType, outputShape, classes, parameters, macs, format, precisionReason } = network;
  const input = `${inputShape.slice(1).join('x')} ${inputType}`;
  const answer = isMap({ shape: outputShape })
    ? `output ${outputShape.join('x')}, no classes`
    : `${grouped(classes)} classes`;
  const others = network.outputs.map(({ name, shape, type }) => `${printable(name)} ${shape.join('x')} ${type}`);
  const names = shortNames(network.layers.map(({ name }) => name));
  const rows = network.layers.map((layer, i) => [names[i], ...row(layer)]);
  const total = ['Total', '', '', '', '', grouped(parameters), grouped(macs)];
  return [
    style.bold(networkTitle(network)),
    style.dim(`${format === 'graph' ? 'random weights' : format} · input ${input} · ${answer} · `) +
      `${millions(parameters)} parameters, ${millions(macs)} MACs`,
    ...(others.length > 1 ? [style.dim(`outputs: ${others.join(' · ')}`)] : []),
    ...(precisionReason ? [style.dim(floatLine(precisionReason))] : []),
    '',
    table(COLUMNS, rows, total, style),
  ].join('\n');
}

function row({ op, shape, kernel, stride, parameters, macs }: Layer): string[] {
  return [
    op,
    shape.join('x'),
    kernel?.join('x') ?? '',
    stride ? [...new Set(stride)].join('x') : '',
    parameters ? grouped(parameters) : '',
    macs ? grouped(macs) : '',
  ];
}

const MAX_NAME = 40;

/** Names that fit a column: the result's alone where TFLite joined several with ';', without the scopes that all begin with. */
export function shortNames(names: readonly string[]): string[] {
  const results = names.map((name) => printable(name.split(';', 1)[0], Number.POSITIVE_INFINITY));
  const scope = commonScope(results);
  return results
    .map((name) => name.slice(scope))
    .map((name) => (name.length > MAX_NAME ? `…${name.slice(1 - MAX_NAME)}` : name));
}

/** How many characters of whole scopes ('a/b/') all names begin with. */
function commonScope(names: readonly string[]): number {
  const [first = '', ...others] = names;
  let same = first.length;
  for (const name of others) {
    let length = 0;
    while (length < same && name[length] === first[length]) length++;
    same = length;
  }
  return first.slice(0, same).lastIndexOf('/') + 1;
}
