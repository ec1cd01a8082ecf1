/** The names of a model's classes: read, and fitted to the number of classes by name, never by guessing. */
import { MobileNetEdgeError } from '../../base/errors';
import { excerpt } from '../../base/expect';
import { classCount, isMap } from '../../graph/classes';
import { elementCount, type Tensor } from '../../graph/graph';
import { knownFile } from './known_files';
import type { ModelContent } from './model_file';

/** Label files have kilobytes. */
export const LARGEST_LABEL_FILE = 1 << 22;

export function labelsInvalid(message: string, cause?: unknown): MobileNetEdgeError {
  return new MobileNetEdgeError('LABELS_INVALID', message, { cause });
}

/**
 * The names in a text of one per line; the line's number is the class. A byte order mark, empty lines at the end and spaces
 * around names are dropped, and so are the numbers of Teachable Machine's form ('0 cat', '1 dog'), if every line has its
 * own. '???', TensorFlow's name for a class that is not in use, is a name like others: its class keeps its number.
 */
export function parseLabels(text: string): string[] {
  const lines = text
    .trimEnd()
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim());
  if (lines.length === 1 && lines[0] === '') return [];
  const names: string[] = [];
  for (const [number, line] of lines.entries()) {
    const name = nameAfterNumber(line, number);
    if (name === undefined) return lines;
    names.push(name);
  }
  return names;
}

/** 'big dog' of '1 big dog' and number 1. The text comes from a file, and one pattern for all of it would backtrack. */
function nameAfterNumber(line: string, number: number): string | undefined {
  const digits = /^\d+/.exec(line)?.[0];
  if (digits === undefined || Number(digits) !== number) return undefined;
  const rest = line.slice(digits.length);
  const name = rest.trimStart();
  return name === rest ? undefined : name;
}

/** As parseLabels. Throws LABELS_INVALID where the bytes are no such text; `file` names them in the message. */
export function readLabelText(bytes: Uint8Array, file: string): string[] {
  const expected = `Expected a text file of one class name a line but ${file}`;
  const known = knownFile(bytes);
  if (known) throw labelsInvalid(`${expected} is ${known.what}: ${known.remedy}`);
  if (bytes.length > LARGEST_LABEL_FILE) throw labelsInvalid(`${expected} has more than ${LARGEST_LABEL_FILE} bytes`);
  try {
    return parseLabels(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw labelsInvalid(`${expected} is not text in UTF-8`, cause);
  }
}

/** ImageNet's 1000 classes begin with the tench; networks of 1001 have a background class before it. */
function fitImageNet(labels: readonly string[], classes: number): readonly string[] {
  if (classes === 1001 && labels.length === 1000 && /^(n01440764\s+)?tench\b/i.test(labels[0]))
    return ['background', ...labels];
  if (classes === 1000 && labels.length === 1001 && /^(background|dummy)\b/i.test(labels[0])) return labels.slice(1);
  return labels;
}

/** One name for each of two classes, where only the one that the network looks for has one. */
function binaryLabels([name]: readonly string[]): string[] {
  return [`not ${name}`, name];
}

/**
 * One name for each class of an output, or undefined if there are more or fewer. A single output has two classes; one name is
 * that of what it looks for. A map has no classes of a picture, and takes any names: classify() refuses it and says why.
 */
function fitted(labels: readonly string[], output: Tensor): string[] | undefined {
  if (isMap(output)) return [...labels];
  if (elementCount(output.shape) === 1 && labels.length === 1) return binaryLabels(labels);
  const classes = classCount(output);
  const names = fitImageNet(labels, classes);
  return names.length === classes ? [...names] : undefined;
}

function misfit(labels: readonly string[], output: Tensor): string {
  const classes = classCount(output);
  const first = labels.length > 0 ? ` (the first is '${excerpt(labels[0])}')` : '';
  return `Expected ${classes} labels, one for each class of the model, but received ${labels.length}${first}`;
}

/**
 * One name for each class of an output. ImageNet's names with and without the background class fit both 1000 and 1001
 * classes. Throws LABELS_INVALID for what are no names or if the counts differ.
 */
export function fitLabels(labels: unknown, output: Tensor): string[] {
  if (!Array.isArray(labels) || !labels.every((label): label is string => typeof label === 'string')) {
    throw labelsInvalid('Expected labels as an array of strings, or a path or URL of a text file');
  }
  const names = fitted(labels, output);
  if (!names) throw labelsInvalid(misfit(labels, output));
  return names;
}

/** Names that came with a model, and where they stand. */
export interface FoundLabels {
  /** As in "the labels in ...". */
  where: string;
  labels: readonly string[];
}

/**
 * The names of a model's classes: those given, which must fit, else the first of those that came with the file that do. Names
 * that merely lie there never keep a model from loading: `warnings` says what was the matter with them.
 */
export function chooseLabels(
  given: unknown,
  { graph, labels, labelFiles = [], warnings = [] }: Pick<ModelContent, 'graph' | 'labels' | 'labelFiles' | 'warnings'>,
): { labels: string[] | undefined; warnings: string[] } {
  const [output] = graph.outputs;
  if (given !== undefined) return { labels: fitLabels(given, output), warnings: [...warnings] };
  const found = [...(labels ? [{ where: 'the model', labels }] : []), ...labelFiles];
  for (const candidate of found) {
    const names = fitted(candidate.labels, output);
    if (names) return { labels: names, warnings: [...warnings] };
  }
  const misfits = found.map(({ where, labels }) => `The labels in ${where} are not used. ${misfit(labels, output)}`);
  return { labels: undefined, warnings: [...warnings, ...misfits] };
}
