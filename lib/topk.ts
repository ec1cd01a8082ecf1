import { MobileNetEdgeError } from './errors';

export interface Classification {
  className: string;
  /** 0 to 1. */
  probability: number;
  /** Position in the model's output. */
  index: number;
}

/** More than any classifier has; a larger topK is a mistake of the caller's. */
const MAX_TOP_K = 65536;

/** Throws INVALID_ARGUMENT unless topK is a whole number from 1 to 65536. */
export function checkTopK(topK: unknown): number {
  if (typeof topK !== 'number' || !Number.isInteger(topK) || topK < 1 || topK > MAX_TOP_K) {
    throw new MobileNetEdgeError(
      'INVALID_ARGUMENT',
      `Expected topK to be a whole number from 1 to ${MAX_TOP_K} but received ${String(topK)}`,
    );
  }
  return topK;
}

/** exp(x - max) / sum, in double precision: turns logits into probabilities. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(logits);
  const max = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const exps = values.map((value) => Math.exp(value - max));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((value) => value / sum);
}

/** The best `topK` classes (all, if there are fewer), best first, ties by lower index; only those marked in `eligible`. */
export function topClasses(
  probabilities: ArrayLike<number>,
  topK: number,
  labels: readonly string[] | undefined,
  eligible?: Uint8Array,
): Classification[] {
  return Array.from(probabilities, (probability, index) => ({ probability, index }))
    .filter(({ index }) => !eligible || eligible[index])
    .sort((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, topK)
    .map(({ probability, index }) => ({ className: labels?.[index] ?? `class ${index}`, probability, index }));
}
