import { MobileNetEdgeError } from '../base/errors';

export interface Classification {
  className: string;
  /** 0 to 1. */
  probability: number;
  /** Position in the model's output; of a network with a single output 0 or 1. */
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
  const values = new Float64Array(logits);
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) max = Math.max(max, values[i]);
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.exp(values[i] - max);
    sum += values[i];
  }
  for (let i = 0; i < values.length; i++) values[i] /= sum;
  return values;
}

/** The best `topK` classes (all, if there are fewer), best first, ties by lower index; only those marked in `eligible`. */
export function topClasses(
  probabilities: ArrayLike<number>,
  topK: number,
  labels: readonly string[] | undefined,
  eligible?: Uint8Array,
): Classification[] {
  const classes = Array.from(bestIndices(probabilities, topK, eligible), (index) => ({
    className: labels?.[index] ?? `class ${index}`,
    probability: probabilities[index],
    index,
  }));
  return classes.sort((a, b) => b.probability - a.probability || a.index - b.index);
}

/** In no order. A network can have millions of classes, so only the best so far are kept, in a heap with the worst on top. */
function bestIndices(probabilities: ArrayLike<number>, most: number, eligible: Uint8Array | undefined): Uint32Array {
  const heap = new Uint32Array(Math.min(most, probabilities.length));
  let size = 0;
  const isWorse = (a: number, b: number): boolean =>
    probabilities[a] < probabilities[b] || (probabilities[a] === probabilities[b] && a > b);

  const add = (index: number): void => {
    let at = size++;
    for (let parent = (at - 1) >> 1; at > 0 && isWorse(index, heap[parent]); parent = (at - 1) >> 1) {
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = index;
  };
  const replaceWorst = (index: number): void => {
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && isWorse(heap[child + 1], heap[child])) child++;
      if (!isWorse(heap[child], index)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = index;
  };

  for (let index = 0; index < probabilities.length; index++) {
    if (eligible && !eligible[index]) continue;
    if (size < heap.length) add(index);
    else if (isWorse(heap[0], index)) replaceWorst(index);
  }
  return heap.subarray(0, size);
}
