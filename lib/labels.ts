/** The names of a model's classes: read, and fitted to the number of classes by name, never by guessing. */
import { MobileNetEdgeError } from './errors';

export function labelsInvalid(message: string, cause?: unknown): MobileNetEdgeError {
  return new MobileNetEdgeError('LABELS_INVALID', message, { cause });
}

/**
 * The names in a text of one a line; the line's number is the class. A byte order mark, CRLF and empty lines at the end
 * are dropped, and so are the numbers of Teachable Machine's form ('0 cat', '1 dog'), if every line has its own.
 */
export function parseLabels(text: string): string[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
  if (lines.length === 1 && lines[0] === '') return [];
  const numbered = lines.map((line) => /^(\d+)\s+(.*)$/.exec(line));
  const allNumbered = numbered.every((match, i) => match !== null && Number(match[1]) === i);
  return allNumbered ? numbered.map((match) => match![2]) : lines;
}

/** As parseLabels. Throws where the bytes are no UTF-8 text: a model or picture given by mistake. */
export function readLabelText(bytes: Uint8Array): string[] {
  return parseLabels(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

/** ImageNet's 1000 classes begin with the tench; networks of 1001 have a background class before it. */
function fitImageNet(labels: string[], classes: number): string[] {
  if (classes === 1001 && labels.length === 1000 && /^(n01440764\s+)?tench\b/i.test(labels[0]))
    return ['background', ...labels];
  if (classes === 1000 && labels.length === 1001 && /^(background|dummy)\b/i.test(labels[0])) return labels.slice(1);
  return labels;
}

/**
 * One name for each of `classes` outputs, or undefined where none are given. ImageNet's names with and without the
 * background class fit both 1000 and 1001 classes. Throws LABELS_INVALID for what are no names or if the counts differ.
 */
export function fitLabels(labels: unknown, classes: number): string[] | undefined {
  if (labels === undefined) return undefined;
  if (!Array.isArray(labels) || !labels.every((label): label is string => typeof label === 'string')) {
    throw labelsInvalid('Expected labels as an array of strings, or a path or URL of a text file');
  }
  const fitted = fitImageNet([...labels], classes);
  if (fitted.length !== classes) {
    throw labelsInvalid(
      `Expected ${classes} labels, one for each class of the model, but received ${labels.length}${labels.length ? ` (the first is '${labels[0]}')` : ''}`,
    );
  }
  return fitted;
}
