/** Which classes of an answer a caller wants: how many, from which probability on, which by name. */
import { describe, invalidArgument, nearest } from '../base/expect';
import { type Classification, checkTopK, topClasses } from './topk';

export interface ClassOptions {
  /** How many classes to return, 1 to 65536; default 5. A model with fewer classes returns them all. */
  topK?: number;
  /** The least probability, 0 to 1, of a class that is returned; default 0. Fewer than `topK` may be left, or none. */
  scoreThreshold?: number;
  /** Only these classes are returned: names, as `className` tells them, or indices. Probabilities stay what they are. */
  allow?: readonly (string | number)[];
  /** These classes are never returned, even if `allow` has them. */
  deny?: readonly (string | number)[];
}

/** Options that were checked; a page can send them to a worker. */
export interface ClassSelection {
  topK: number;
  scoreThreshold: number;
  allow?: readonly (string | number)[];
  deny?: readonly (string | number)[];
}

export const CLASS_OPTIONS = ['topK', 'scoreThreshold', 'allow', 'deny'] as const satisfies (keyof ClassOptions)[];

/** Throws INVALID_ARGUMENT for values out of range; whether the model has such classes, selectClasses() checks. */
export function checkClassOptions({ topK, scoreThreshold = 0, allow, deny }: ClassOptions): ClassSelection {
  if (typeof scoreThreshold !== 'number' || !(scoreThreshold >= 0 && scoreThreshold <= 1)) {
    throw invalidArgument('scoreThreshold to be a number from 0 to 1', scoreThreshold);
  }
  return {
    topK: checkTopK(topK ?? 5),
    scoreThreshold,
    allow: checkClassList('allow', allow),
    deny: checkClassList('deny', deny),
  };
}

/** A copy, so that the caller's array may change. */
function checkClassList(name: string, list: ClassOptions['allow']): ClassSelection['allow'] {
  if (list === undefined) return undefined;
  if (!Array.isArray(list) || list.length === 0) {
    throw invalidArgument(`${name} to be an array of at least one class name or index`, list);
  }
  for (const entry of list) {
    if (typeof entry === 'string' || (typeof entry === 'number' && Number.isInteger(entry) && entry >= 0)) continue;
    throw invalidArgument(`the entries of ${name} to be class names, or indices from 0`, entry);
  }
  return [...list];
}

/**
 * The best classes that were asked for, best first, ties by lower index. `labels`: one name per probability, if there
 * are any. Throws INVALID_ARGUMENT if `allow` or `deny` has a class that the model lacks.
 */
export function selectClasses(
  probabilities: ArrayLike<number>,
  { topK, scoreThreshold, allow, deny }: ClassSelection,
  labels: readonly string[] | undefined,
): Classification[] {
  if (!allow && !deny) return above(scoreThreshold, topClasses(probabilities, topK, labels));
  const eligible = new Uint8Array(probabilities.length).fill(allow ? 0 : 1);
  const mark = (name: string, list: readonly (string | number)[] | undefined, mark: 0 | 1): void => {
    if (!list) return;
    for (const index of indicesOf(name, list, probabilities.length, labels)) eligible[index] = mark;
  };
  mark('allow', allow, 1);
  mark('deny', deny, 0);
  return above(scoreThreshold, topClasses(probabilities, topK, labels, eligible));
}

function above(threshold: number, classes: Classification[]): Classification[] {
  return classes.filter(({ probability }) => probability >= threshold);
}

/** Several classes may have one name: ImageNet has two cranes. */
function indicesOf(
  option: string,
  list: readonly (string | number)[],
  classes: number,
  labels: readonly string[] | undefined,
): number[] {
  const names = new Set(list.filter((entry) => typeof entry === 'string'));
  const indices = list.filter((entry) => typeof entry === 'number');
  const tooLarge = indices.find((index) => index >= classes);
  if (tooLarge !== undefined) throw invalidArgument(`the indices in ${option} to be below ${classes}`, tooLarge);
  const missing = new Set(names);
  for (let i = 0; names.size > 0 && i < classes; i++) {
    const name = labels?.[i] ?? `class ${i}`;
    if (!names.has(name)) continue;
    missing.delete(name);
    indices.push(i);
  }
  for (const name of missing) {
    const near = labels && nearest(name, labels);
    throw invalidArgument(
      `${option} to have names of the model's ${classes} classes${labels ? ` (the first is ${describe(labels[0])})` : ', which it does not know: pass labels to load()'}`,
      name,
      near && `did you mean ${describe(near)}?`,
    );
  }
  return indices;
}
