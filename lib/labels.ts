/** The names of a model's classes: read, and fitted to the number of classes by name, never by guessing. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MobileNetEdgeError } from './errors';

function invalid(message: string, cause?: unknown): MobileNetEdgeError {
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

async function readLabelFile(source: string | URL): Promise<string[]> {
  const name = String(source);
  try {
    const path = name.startsWith('file:') ? fileURLToPath(name) : source;
    // Fatal decoding: a model or picture given by mistake is no text.
    return parseLabels(new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)));
  } catch (cause) {
    throw invalid(
      `Expected a text file of one class name a line but cannot read ${name}: ${(cause as Error).message}`,
      cause,
    );
  }
}

async function givenLabels(labels: unknown): Promise<string[] | undefined> {
  if (labels === undefined) return undefined;
  if (typeof labels === 'string' || labels instanceof URL) return readLabelFile(labels);
  if (!Array.isArray(labels) || !labels.every((label): label is string => typeof label === 'string')) {
    throw invalid('Expected labels as an array of strings, or a path or file: URL of a text file');
  }
  return [...labels];
}

/** ImageNet's 1000 classes begin with the tench; networks of 1001 have a background class before it. */
function fitImageNet(labels: string[], classes: number): string[] {
  if (classes === 1001 && labels.length === 1000 && /^(n01440764\s+)?tench\b/i.test(labels[0]))
    return ['background', ...labels];
  if (classes === 1000 && labels.length === 1001 && /^(background|dummy)\b/i.test(labels[0])) return labels.slice(1);
  return labels;
}

/**
 * One name for each of `classes` outputs: those given (an array, or a text file's path or file: URL), else those of the
 * model file, else undefined. ImageNet's names with and without the background class fit both 1000 and 1001 classes.
 * Rejects with LABELS_INVALID if the file cannot be read or the counts differ.
 */
export async function resolveLabels(
  labels: readonly string[] | string | URL | undefined,
  fromFile: readonly string[] | undefined,
  classes: number,
): Promise<string[] | undefined> {
  const names = (await givenLabels(labels)) ?? (fromFile && [...fromFile]);
  if (!names) return undefined;
  const fitted = fitImageNet(names, classes);
  if (fitted.length !== classes) {
    throw invalid(
      `Expected ${classes} labels, one for each class of the model, but received ${names.length}${names.length ? ` (the first is '${names[0]}')` : ''}`,
    );
  }
  return fitted;
}
