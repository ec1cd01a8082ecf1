import { onAbort } from './abort';
import { abortError, throwIfAborted } from './errors';

/** Runs tasks one after the other, in the order in which they came. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();
  /** Tasks that have not ended. */
  #length = 0;

  /** Whether the next task will start at once, before run() returns. */
  get isIdle(): boolean {
    return this.#length === 0;
  }

  /** Resolves with the task's result. A signal that fires before the task's turn rejects at once and the task never runs. */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const start = async (): Promise<T> => {
      throwIfAborted(signal);
      return task();
    };
    const turn = this.isIdle ? start() : this.#tail.then(start);
    const end = (): void => {
      this.#length--;
    };
    this.#length++;
    this.#tail = turn.then(end, end);
    if (!signal) return turn;
    return new Promise((resolve, reject) => {
      const forget = onAbort(signal, () => reject(abortError(signal)));
      if (signal.aborted) reject(abortError(signal));
      turn.then(resolve, reject).finally(forget);
    });
  }

  /** Resolves when everything that was queued so far has ended. */
  idle(): Promise<void> {
    return this.#tail.then(() => {});
  }
}
