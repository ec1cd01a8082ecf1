/** How much a model takes on at a time. */
import { MobileNetEdgeError } from '../base/errors';
import { invalidArgument } from '../base/expect';

/** Frames of a camera that is faster than the model would pile up for ever; a batch of files may well be this large. */
export const DEFAULT_MAX_QUEUE = 256;

/** Throws INVALID_ARGUMENT unless maxQueue is a whole number from 1, or Infinity. */
export function checkMaxQueue(maxQueue: unknown): void {
  if (maxQueue === undefined || maxQueue === Number.POSITIVE_INFINITY) return;
  if (typeof maxQueue === 'number' && Number.isSafeInteger(maxQueue) && maxQueue >= 1) return;
  throw invalidArgument('maxQueue to be a whole number from 1, or Infinity', maxQueue);
}

/** Counts the calls of a model that have no answer yet, and refuses those beyond a limit. */
export class CallLimit {
  readonly #most: number;
  #calls = 0;

  constructor(most = DEFAULT_MAX_QUEUE) {
    this.#most = most;
  }

  /** Rejects with QUEUE_FULL, and does not start `call`, where `most` calls are waiting or running. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#calls >= this.#most) {
      throw new MobileNetEdgeError(
        'QUEUE_FULL',
        `Expected at most ${this.#most} calls of this model at a time but received one more while ${this.#calls} have no answer yet: ` +
          'wait for earlier answers, drop pictures that come too fast, pass many pictures as one array, or load with a higher maxQueue',
      );
    }
    this.#calls++;
    try {
      return await call();
    } finally {
      this.#calls--;
    }
  }
}

/** Enough that the next pictures are read and decoded while one is inferred; each that is decoded takes memory. */
const IN_FLIGHT = 4;

/**
 * The results of `work` on each item, in order; few are worked on at a time, so that a long list takes little memory.
 * Rejects with the first failure, and starts no other item after it.
 */
export async function mapInFlight<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  let failed = false;
  const take = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        results[index] = await work(items[index]);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, items.length) }, take));
  return results;
}
