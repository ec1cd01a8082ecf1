/** The wording of every error about something received: "Expected X but received Y", short, with what helps. */
import { type ErrorCode, MobileNetEdgeError } from './errors';

const LONGEST = 80;

/** A piece of text for a message: its beginning, if it is long. */
export function excerpt(text: string, longest = LONGEST): string {
  return text.length > longest ? `${text.slice(0, longest)}... (${text.length} characters)` : text;
}

/** A value for a message: short, however large or deep it is; never throws, whatever its getters do. */
export function describe(value: unknown): string {
  try {
    if (typeof value === 'string') return `'${excerpt(value)}'`;
    if (typeof value === 'function') return 'a function';
    if (typeof value !== 'object' || value === null) return excerpt(String(value));
    if (Array.isArray(value)) return describeArray(value);
    const name: unknown = value.constructor?.name;
    if (ArrayBuffer.isView(value)) return `${name ?? 'a view'} of ${value.byteLength} bytes`;
    if (typeof name === 'string' && name !== 'Object' && name !== '') return excerpt(name);
    return `an object with the keys [${excerpt(Object.keys(value).slice(0, 8).join(', '))}]`;
  } catch {
    return 'an object that cannot be read';
  }
}

function describeArray(values: readonly unknown[]): string {
  if (values.length === 0) return 'an empty array';
  const shown = values
    .slice(0, 8)
    .map((part) => (Array.isArray(part) ? `an array of ${part.length}` : excerpt(describe(part), 40)));
  return `[${[...shown, ...(values.length > 8 ? [`${values.length - 8} more`] : [])].join(', ')}]`;
}

/** `expected` continues "Expected "; `remedy`, where there is one, says what to do. */
export function unexpected(
  code: ErrorCode,
  expected: string,
  received: unknown,
  { remedy, cause }: { remedy?: string; cause?: unknown } = {},
): MobileNetEdgeError {
  const message = `Expected ${expected} but received ${describe(received)}${remedy ? `: ${remedy}` : ''}`;
  return new MobileNetEdgeError(code, message, { cause });
}

/** As unexpected(), for an argument or an option. */
export function invalidArgument(expected: string, received: unknown, remedy?: string): MobileNetEdgeError {
  return unexpected('INVALID_ARGUMENT', expected, received, { remedy });
}

/** Throws INVALID_ARGUMENT unless `options` is an object with no other keys than these; tells the nearest right one. */
export function checkOptionKeys(options: unknown, keys: readonly string[], where = 'options'): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidArgument(`${where} to be an object`, options);
  }
  for (const key of Object.keys(options)) {
    if (keys.includes(key)) continue;
    const meant = nearest(key, keys);
    throw invalidArgument(
      `the keys of ${where} to be among ${keys.join(', ')}`,
      key,
      meant ? `did you mean '${meant}'?` : undefined,
    );
  }
}

/** The one of `words` that has `word` inside, or is at most two edits, or a third of its length, away. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  if (word.length > LONGEST) return undefined;
  const typed = word.toLowerCase();
  let best: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const candidate of words) {
    const meant = candidate.toLowerCase();
    // No fewer edits than the difference in length: a long list takes no long time.
    if (Math.abs(meant.length - typed.length) >= fewest && !meant.includes(typed)) continue;
    const edits = typed.length >= 4 && meant.includes(typed) ? 1 : editDistance(typed, meant);
    if (edits < fewest && edits <= Math.max(2, candidate.length / 3)) [best, fewest] = [candidate, edits];
  }
  return best;
}

/** Levenshtein's. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j + 1] + 1, next[j] + 1, row[j] + (a[i] === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
